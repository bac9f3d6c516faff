import Kernel
import Support
import Telegram
import Testing

@testable import Bot

/// Callback data comes back from a person's device, so it may be anything.
struct PressPropertyTests {
    @Test func `what a button of ours carries is read as the same press and fits`() throws {
        let presses = (0..<100).flatMap { _ in PressSample.all() }
        #expect(Set(presses.map(PressSample.init(of:))) == Set(PressSample.allCases))
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
        let names = PressSample.screens + ["", "Menu", "меню", "bot", "bot-"]
        let ids = [
            "", "send", "ru", "7", "kk", "xx", "0", "-1", "99999999999999999999", "Europe/Moscow", "٣", ":", "\u{301}",
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

/// Every kind of press there is; a new one does not compile here until it has samples.
private enum PressSample: CaseIterable {
    case menu, howToSend, howToAsk, digest, panel, languages, digestTimes, language, zone, digestTime, example, clip
    case transcript, openCall, resultAgain, stopBot, resumeBot

    init(of press: Press) {
        self =
            switch press {
            case .menu: .menu
            case .howToSend: .howToSend
            case .howToAsk: .howToAsk
            case .digest: .digest
            case .panel: .panel
            case .languages: .languages
            case .digestTimes: .digestTimes
            case .language: .language
            case .zone: .zone
            case .digestTime: .digestTime
            case .example: .example
            case .clip: .clip
            case .transcript: .transcript
            case .openCall: .openCall
            case .resultAgain: .resultAgain
            case .stopBot: .stopBot
            case .resumeBot: .resumeBot
            }
    }

    private var presses: [Press] {
        switch self {
        case .menu: [.menu]
        case .howToSend: [.howToSend]
        case .howToAsk: [.howToAsk]
        case .digest: [.digest]
        case .panel: [.panel]
        case .languages: [.languages]
        case .digestTimes: [.digestTimes]
        case .language: Language.allCases.map(Press.language)
        case .zone: [.zone("Europe/Moscow"), .zone("America/Argentina/ComodRivadavia")]
        case .digestTime: [.digestTime("09:00")]
        case .example: [.example(0), .example(.max)]
        case .clip: [.clip(.random())]
        case .transcript: [.transcript(.random())]
        case .openCall: [.openCall(.random())]
        case .resultAgain: [.resultAgain(.random())]
        case .stopBot: [.stopBot(BotID(1)), .stopBot(BotID(.random(in: 1...Int64.max))), .stopBot(BotID(.max))]
        case .resumeBot: [.resumeBot(BotID(1)), .resumeBot(BotID(.random(in: 1...Int64.max)))]
        }
    }

    /// Presses of all kinds, those that name something at random.
    static func all() -> [Press] { allCases.flatMap(\.presses) }

    /// What callback data begins with, each once.
    static let screens = Array(Set(all().compactMap { $0.data.split(separator: ":").first.map(String.init) })).sorted()
}
