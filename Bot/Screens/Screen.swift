import Kernel

/// A message as the bot shows it, text and the buttons below, made from values alone.
struct Screen: Sendable, Hashable {
    var text: RichText
    var buttons: [[Button]]

    init(_ text: RichText, buttons: [[Button]] = []) {
        self.text = text
        self.buttons = buttons
    }

    init(_ plain: String, buttons: [[Button]] = []) {
        self.init(RichText(plain), buttons: buttons)
    }
}

/// A button below a message.
enum Button: Sendable, Hashable {
    /// Comes back to the bot as a press.
    case press(String, Press)
    case open(String, address: String)
}

/// What a press of a button asks for; its text in callback data is `<screen>:<short id>`, at most 64 bytes.
enum Press: Sendable, Hashable {
    case menu
    case howToSend
    case howToAsk
    case digest
    case panel
    case languages
    case digestTimes
    case language(Language)
    /// IANA zone.
    case zone(String)
    case digestTime(String)
    /// One of the questions offered as examples, by its place.
    case example(Int)
    case clip(Token)
    case transcript(Token)
    case openCall(Token)
    case resultAgain(Token)
    case stopBot(BotID)
    case resumeBot(BotID)

    var data: String {
        switch self {
        case .menu: "menu"
        case .howToSend: "menu:send"
        case .howToAsk: "menu:ask"
        case .digest: "menu:digest"
        case .panel: "menu:panel"
        case .languages: "menu:language"
        case .digestTimes: "menu:time"
        case .language(let language): "language:\(language.rawValue)"
        case .zone(let name): "zone:\(name)"
        case .digestTime(let time): "time:\(time)"
        case .example(let number): "example:\(number)"
        case .clip(let token): "clip:\(token.text)"
        case .transcript(let token): "text:\(token.text)"
        case .openCall(let token): "open:\(token.text)"
        case .resultAgain(let token): "again:\(token.text)"
        case .stopBot(let bot): "bot-stop:\(bot)"
        case .resumeBot(let bot): "bot-start:\(bot)"
        }
    }

    /// Nil for data that no button of today carries.
    init?(data: String) {
        let parts = data.split(separator: ":", maxSplits: 1).map(String.init)
        let screen = parts.first ?? ""
        let id = parts.count == 2 ? parts[1] : ""
        let press: Press? =
            switch screen {
            case "menu": Self.menuEntries[id]
            case "language": Language(rawValue: id).map(Press.language)
            case "zone": id.isEmpty ? nil : .zone(id)
            case "time": id.isEmpty ? nil : .digestTime(id)
            case "example": Int(id).map(Press.example)
            case "clip": Token(id).map(Press.clip)
            case "text": Token(id).map(Press.transcript)
            case "open": Token(id).map(Press.openCall)
            case "again": Token(id).map(Press.resultAgain)
            case "bot-stop": BotID(id).map(Press.stopBot)
            case "bot-start": BotID(id).map(Press.resumeBot)
            default: nil
            }
        guard let press else { return nil }
        self = press
    }

    private static let menuEntries: [String: Press] = [
        "": .menu, "send": .howToSend, "ask": .howToAsk, "digest": .digest, "panel": .panel, "language": .languages,
        "time": .digestTimes,
    ]
}
