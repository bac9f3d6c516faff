import Foundation

/// A call of the Bot API as the sandbox saw it.
struct LoggedCall: Sendable, Hashable {
    let number: Int
    /// In lower case.
    let method: String
    let chat: Int64?
    let text: String?
    let replyTo: Int64?
    /// The message that is edited.
    let target: Int64?
    let status: Int
    let isLostAfterEffect: Bool

    /// Whether it put a new message into a chat.
    var isNewMessage: Bool { method.hasPrefix("send") && method != "sendchataction" && hadEffect }

    var hadEffect: Bool { status == 200 || isLostAfterEffect }
}

/// Words of the product by which its messages are known.
enum Said {
    static let ready = "Результат готов"
    /// How the data of the button begins that sends a result again.
    static let again = "again:"
    /// How the names of our recordings begin.
    static let recording = "хаос-"
}

/// The sandbox's log, followed while it grows: the sandbox itself keeps only the last calls.
actor LogBook {
    private let sandbox: SandboxSide
    private(set) var calls: [LoggedCall] = []
    private var results: Set<RecordingKey> = []
    /// Progress messages that say that the result is ready, of which the fate of the result itself is not known.
    private var ready: Set<RecordingKey> = []
    private var last = 0

    init(_ sandbox: SandboxSide) { self.sandbox = sandbox }

    /// Follows until cancelled.
    func run() async throws {
        while !Task.isCancelled {
            // Not cut off by the end of the killing: what is read is counted once.
            try await Task { try await read() }.value
            do { try await Task.sleep(for: .milliseconds(500)) } catch { return }
        }
    }

    func read() async throws {
        let data = try await sandbox.log(after: last)
        guard let list = try JSONSerialization.jsonObject(with: data) as? [[String: Any]] else {
            throw ChaosFailure("the sandbox's log is no list")
        }
        for entry in list {
            let call = Self.call(entry)
            guard call.number > last else { continue }
            guard call.number == last + 1 || last == 0 else {
                throw ChaosFailure("the sandbox forgot calls \(last + 1) to \(call.number - 1) before they were read")
            }
            last = call.number
            calls.append(call)
            if call.isNewMessage, let chat = call.chat, let message = call.replyTo,
                call.text?.contains(Said.recording) == true
            {
                results.insert(RecordingKey(chat: chat, message: message))
            }
            if call.hadEffect, let chat = call.chat, let target = call.target, call.text?.hasPrefix(Said.ready) == true
            {
                ready.insert(RecordingKey(chat: chat, message: target))
            }
        }
    }

    /// About how many recordings are no longer on their way: shown, or told to be ready.
    var finishedRecordings: Int { results.count + ready.count }

    private static func call(_ entry: [String: Any]) -> LoggedCall {
        let parameters = entry["parameters"] as? [String: Any] ?? [:]
        return LoggedCall(
            number: entry["number"] as? Int ?? 0,
            method: (entry["method"] as? String ?? "").lowercased(),
            chat: number(parameters["chat_id"]),
            text: parameters["text"] as? String ?? parameters["caption"] as? String,
            replyTo: number(object(parameters["reply_parameters"])?["message_id"]),
            target: number(parameters["message_id"]),
            status: entry["status"] as? Int ?? 0,
            isLostAfterEffect: (entry["description"] as? String)?.contains("after the effect") == true
        )
    }

    private static func number(_ value: Any?) -> Int64? {
        (value as? NSNumber)?.int64Value ?? (value as? String).flatMap(Int64.init)
    }

    private static func object(_ value: Any?) -> [String: Any]? {
        if let text = value as? String {
            do { return try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] } catch { return nil }
        }
        return value as? [String: Any]
    }
}
