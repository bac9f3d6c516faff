/// The number of one thing, of a type of its own so that a call's number is never taken for a tenant's.
public struct Identifier<Subject>: RawRepresentable, Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    public let rawValue: Int64

    public init(rawValue: Int64) { self.rawValue = rawValue }

    public init(_ rawValue: Int64) { self.rawValue = rawValue }

    public init?(_ text: some StringProtocol) {
        guard let rawValue = Int64(text), rawValue > 0 else { return nil }
        self.rawValue = rawValue
    }

    public init(from decoder: any Decoder) throws {
        rawValue = try decoder.singleValueContainer().decode(Int64.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }

    public static func < (one: Self, other: Self) -> Bool { one.rawValue < other.rawValue }

    public var description: String { String(rawValue) }
}

/// A company that uses the product.
public enum Tenant {}

/// A person as Telegram knows them, over all companies.
public enum Account {}

/// A Telegram bot that this installation runs.
public enum BotIdentity {}

public typealias TenantID = Identifier<Tenant>
public typealias AccountID = Identifier<Account>
public typealias BotID = Identifier<BotIdentity>

extension Identifier where Subject == Tenant {
    /// The tenant's PostgreSQL schema, which is also the name of its role.
    public var schema: String { "t_\(rawValue)" }
}
