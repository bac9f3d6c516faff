import Kernel
import Support
import Telegram
import Testing

@testable import Bot

/// Callback data comes back from a person's device, so it may be anything.
struct PressPropertyTests {
    @Test func `what a button of ours carries is read as the same press and fits`() throws {
        let presses: [Press] =
            [
                .menu, .howToSend, .howToAsk, .digest, .panel, .languages, .digestTimes, .zone("Europe/Moscow"),
                .zone("America/Argentina/ComodRivadavia"), .digestTime("09:00"), .example(0), .example(.max),
            ] + Language.allCases.map(Press.language)
            + (0..<100).flatMap { _ in
                [.clip(.random()), .transcript(.random()), .openCall(.random()), .resultAgain(.random())] as [Press]
            }
        for press in presses {
            #expect(Press(data: press.data) == press)
            #expect(CallbackData(press.data) != nil, "\(press.data) does not fit")
        }
    }

    @Test func `any other data is no press, or one that means just that data`() {
        for seed in UInt64(0)..<20_000 {
            var dice = SeededGenerator(seed: seed)
            let data = anyData(using: &dice)
            guard let press = Press(data: data) else { continue }
            // Two texts for one press would let somebody dress up an old button as a new one; only these are the same.
            let again = Press(data: press.data)
            #expect(again == press, "\(data.debugDescription), seed \(seed)")
        }
    }

    /// Names of screens, ids that are nearly right, and bytes of any kind.
    private func anyData(using dice: inout SeededGenerator) -> String {
        let names = [
            "menu", "language", "zone", "time", "example", "clip", "text", "open", "again", "", "Menu", "меню",
        ]
        let ids = [
            "", "send", "ru", "kk", "xx", "0", "-1", "99999999999999999999", "Europe/Moscow", "٣", ":", "\u{301}",
        ]
        let name = names.randomElement(using: &dice) ?? ""
        let id =
            switch Int.random(in: 0...3, using: &dice) {
            case 0: ids.randomElement(using: &dice) ?? ""
            case 1: String(Token.random().text.dropLast(Int.random(in: 0...1, using: &dice)))
            default:
                String(
                    decoding: (0..<Int.random(in: 0...70, using: &dice)).map { _ in
                        UInt8.random(in: 0...255, using: &dice)
                    },
                    as: UTF8.self
                )
            }
        return Bool.random(using: &dice) ? "\(name):\(id)" : name + id
    }
}
