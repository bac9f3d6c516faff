public import Foundation
public import Kernel

/// What every room needs to know of a company before it touches its data.
public struct TenantProfile: Sendable, Hashable {
    public let id: TenantID
    public let name: String
    public let zone: TimeZone
    /// The language of the company's owner, for messages that nobody asked for.
    public let language: Language
    /// When the digest about the previous day is due, on the company's clock.
    public let digestTime: LocalTime

    public init(id: TenantID, name: String, zone: TimeZone, language: Language, digestTime: LocalTime) {
        self.id = id
        self.name = name
        self.zone = zone
        self.language = language
        self.digestTime = digestTime
    }

    /// The same with its digest at another time.
    public func due(at time: LocalTime) -> TenantProfile {
        TenantProfile(id: id, name: name, zone: zone, language: language, digestTime: time)
    }
}

public enum TenantState: String, Sendable, CaseIterable {
    /// Registered; its schema is being made.
    case preparing
    case ready
    /// Its schema could not be made after many attempts.
    case failed
    case dropping
}

/// A company as the list on the command line shows it.
public struct TenantSummary: Sendable {
    public let profile: TenantProfile
    public let state: TenantState
    public let members: Int
    public let createdAt: Date
}

public enum TenantFault: Fault, Equatable {
    /// There is no such company, or it is not ready.
    case unknown(TenantID)
    /// A row holds something that this version cannot read.
    case unreadable(TenantID, column: String)

    public var isPassing: Bool { false }

    public var description: String {
        switch self {
        case .unknown(let id): "no tenant \(id) is ready"
        case .unreadable(let id, let column): "tenant \(id) has an unreadable \(column)"
        }
    }
}

extension LocalTime {
    /// A time written as `09:00`; nil when it is none.
    public init?(text: some StringProtocol) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.count == 2 }), let hour = Int(parts[0]),
            let minute = Int(parts[1]),
            (0..<24).contains(hour), (0..<60).contains(minute)
        else { return nil }
        self.init(of: Date(timeIntervalSince1970: Double(hour * 3600 + minute * 60)), in: .gmt)
    }
}
