import Foundation
public import HTTP

/// One call of the Bot API: its parameters, and the form of its answer.
public protocol TelegramMethod: Encodable, Sendable {
    associatedtype Answer: Sendable

    /// As in the address, such as `sendMessage`.
    static var name: String { get }

    /// The file that goes with the parameters.
    var upload: TelegramUpload? { get }

    var timeouts: HTTPTimeouts { get }

    /// Reads the `result` of a successful answer.
    static func answer(from result: [UInt8]) throws -> Answer
}

extension TelegramMethod {
    public var upload: TelegramUpload? { nil }

    public var timeouts: HTTPTimeouts { upload == nil ? .telegramCall : .telegramUpload }

    /// The parameters as the JSON object that `TelegramClient.call(_:parameters:)` and the outbox take.
    public func parameters() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        return Array(try encoder.encode(self))
    }
}

extension TelegramMethod where Answer: Decodable {
    public static func answer(from result: [UInt8]) throws -> Answer {
        try JSONDecoder().decode(Answer.self, from: Data(result))
    }
}

/// A file as a part of a call.
public struct TelegramUpload: Sendable, Hashable {
    /// The parameter it stands for, such as `document`.
    public var field: String
    /// What people see as its name.
    public var name: String
    /// Its MIME type.
    public var type: String
    public var bytes: [UInt8]

    public init(field: String, name: String, type: String, bytes: [UInt8]) {
        self.field = field
        self.name = name
        self.type = type
        self.bytes = bytes
    }
}

extension HTTPTimeouts {
    static let telegramCall = HTTPTimeouts(total: .seconds(30))
    /// 50 MB on a slow line take minutes; a line that stands still does not.
    static let telegramUpload = HTTPTimeouts(total: .seconds(600), stall: .seconds(60))
}
