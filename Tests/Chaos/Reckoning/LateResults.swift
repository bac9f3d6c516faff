import Foundation
import Telegram

/// Presses «Показать результат» under each progress message whose result may have been lost, as its person would.
///
/// Called when the evidence is gathered: what arrives here is no part of it.
struct LateResults: Sendable {
    let sandbox: SandboxSide
    /// Recordings whose result is ambiguous, with the message that says that it is ready.
    let waiting: [(recording: Deed, progress: Int64)]

    /// Where the product does not answer a press in this time, the result is missing.
    private static let patience = Duration.seconds(60)

    /// What did not arrive.
    func ask() async throws -> [String] {
        var violations: [String] = []
        for (recording, progress) in waiting {
            let name = recording.recordingName ?? ""
            let messages = try await sandbox.messages(of: recording.chat)
            let buttons = messages.first { $0.messageID == progress }?.replyMarkup?.inlineKeyboard ?? []
            guard let data = buttons.joined().compactMap(\.callbackData).first(where: { $0.hasPrefix(Said.again) })
            else {
                violations.append("the progress of \(name) of chat \(recording.chat) offers no result")
                continue
            }
            let last = messages.map(\.messageID).max() ?? 0
            try await sandbox.press(data, on: progress, from: recording.chat)
            if try await !arrives(name, in: recording.chat, after: last) {
                violations.append("the result of \(name) of chat \(recording.chat) does not come when it is asked for")
            }
        }
        return violations
    }

    private func arrives(_ name: String, in chat: Int64, after last: Int64) async throws -> Bool {
        let deadline = ContinuousClock.now + Self.patience
        while ContinuousClock.now < deadline {
            let new = try await sandbox.messages(of: chat).filter { $0.messageID > last && $0.from?.isBot == true }
            if new.contains(where: { ($0.text ?? $0.caption ?? "").contains(name) }) { return true }
            try await Task.sleep(for: .milliseconds(200))
        }
        return false
    }
}
