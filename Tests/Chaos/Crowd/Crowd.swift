import Foundation
import Telegram

/// People who write, ask and press buttons, at a steady rate and whatever happens to the product.
struct Crowd: Sendable {
    let sandbox: SandboxSide
    let audience: Audience
    let ledger: Ledger
    let deedsPerSecond: Double
    let seed: UInt64

    private static let questions = [
        "кто просил перезвонить?", "какой заказ оформили?", "кто жаловался на стиральную машину?",
        "о какой цене говорили?",
    ]
    /// Buttons that may be pressed again and again, with how many rows of the platform's outbox answer each.
    private static let buttons: [String: Int] = [
        "menu": 1, "menu:send": 1, "menu:ask": 1, "menu:panel": 1, "menu:language": 1, "menu:time": 1,
    ]

    /// Goes on until cancelled; what is begun then is finished.
    func run() async throws {
        var dice = Dice(seed: seed &+ 1)
        let writers = audience.owners + audience.colleagues + audience.strangers
        try await withThrowingDiscardingTaskGroup { group in
            while !Task.isCancelled {
                let person = writers.randomElement(using: &dice) ?? 0
                let choice = dice.next()
                group.addTask { try await Task { try await act(person, choice) }.value }
                do { try await Task.sleep(for: .seconds(1 / deedsPerSecond)) } catch { return }
            }
        }
    }

    private func act(_ person: Int64, _ choice: UInt64) async throws {
        var dice = Dice(seed: choice)
        let isMember = audience.members.contains(person)
        switch Int.random(in: 0..<100, using: &dice) {
        case ..<30 where isMember: try await ask(person, &dice)
        case ..<35 where isMember: try await write("/digest", person, .digest)
        case ..<55: try await press(person, isMember, &dice)
        case ..<70: try await write("/help", person, .small(rows: 1))
        case ..<80: try await write("/language", person, .small(rows: 1))
        case ..<90 where isMember: try await write("/menu", person, .small(rows: 1))
        // To a stranger's text the bot answers with a question about their company, whatever the text.
        case _ where !isMember: try await write("текст \(choice % 10_000)", person, .small(rows: 1))
        default: try await write("/cancel", person, .small(rows: 1))
        }
    }

    private func ask(_ person: Int64, _ dice: inout Dice) async throws {
        let question = Self.questions.randomElement(using: &dice) ?? ""
        try await write("\(question) (\(dice.next() % 100_000))", person, .question)
    }

    private func write(_ text: String, _ person: Int64, _ kind: Deed.Kind) async throws {
        let message = try await sandbox.write(text, from: person)
        await ledger.add(Deed(chat: person, message: message, kind))
    }

    /// Presses a button of the newest message that has one.
    private func press(_ person: Int64, _ isMember: Bool, _ dice: inout Dice) async throws {
        let choices = try await sandbox.messages(of: person).suffix(12).flatMap { message in
            (message.replyMarkup?.inlineKeyboard ?? []).joined().compactMap { button -> (Int64, String)? in
                guard let data = button.callbackData else { return nil }
                let isKnown = data == "language:ru" || isMember && (Self.buttons[data] != nil || data == "menu:digest")
                return isKnown ? (message.messageID, data) : nil
            }
        }
        guard let (message, data) = choices.randomElement(using: &dice) else {
            return try await write("/language", person, .small(rows: 1))
        }
        let kind: Deed.Kind =
            switch data {
            case "menu:digest": .digest
            // The choice is marked in its message; a member gets the menu in that language besides.
            case "language:ru": .small(rows: isMember ? 2 : 1)
            default: .small(rows: Self.buttons[data] ?? 1)
            }
        try await sandbox.press(data, on: message, from: person)
        await ledger.add(Deed(chat: person, pressed: data, kind))
    }
}
