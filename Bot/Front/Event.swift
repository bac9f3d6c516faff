import Accounts
import Kernel
import Telegram

/// What a person did, of all that an update may be.
enum Event: Sendable, Hashable {
    /// Without the slash and the bot's name.
    case command(String)
    case text(String)
    /// Somewhere in the text was a bot's token.
    case token(SentToken)
    case recording(IncomingRecording)
    case video
    /// A photo, a sticker, a place: something that the bot does not take.
    case otherMedia
    /// Nil when no button of today carries such data.
    case press(Press?, message: Int64?)
    /// The person closed the bot or let it in again.
    case blocked(Bool)
    /// Somebody spoke to the bot in a group.
    case group

    /// Whether a person waits for a word.
    var isToBeAnswered: Bool {
        switch self {
        case .blocked, .group: false
        default: true
        }
    }
}

/// A file that may hold a call; what it is really is found out by decoding it.
struct IncomingRecording: Sendable, Hashable, Codable {
    let fileID: String
    let name: String?
    let byteCount: Int?
}

/// An update that concerns us: who did what, in which chat.
struct Arrival: Sendable, Hashable {
    let event: Event
    let person: TelegramPerson
    let chat: Int64
    /// The message that the person wrote; nil for a press.
    let message: Int64?
    /// What answers a press.
    let callback: String?

    /// Nil for updates that ask for nothing: edits, service messages, kinds of later API versions.
    init?(_ update: Update) {
        switch update.kind {
        case .message(let message):
            guard let from = message.from, !from.isBot, let event = Self.event(message) else { return nil }
            self.init(event, from, message.chat, message: message.messageID)
        case .callbackQuery(let query):
            guard let message = query.message else { return nil }
            let press = query.data.flatMap(Press.init(data:))
            // A message that is too old to be seen cannot be edited either.
            let target = message.isInaccessible ? nil : message.messageID
            let event = Event.press(press, message: target)
            self.init(event, query.from, message.chat, message: nil, callback: query.id)
        case .myChatMember(let change):
            guard change.chat.type == .private else {
                guard change.newChatMember.isPresent, !change.oldChatMember.isPresent else { return nil }
                self.init(.group, change.from, change.chat, message: nil)
                return
            }
            self.init(.blocked(!change.newChatMember.isPresent), change.from, change.chat, message: nil)
        case .editedMessage, .chatMember, .unknown, .unreadable: return nil
        }
    }

    private init(
        _ event: Event,
        _ from: TelegramUser,
        _ chat: TelegramChat,
        message: Int64?,
        callback: String? = nil
    ) {
        self.event = event
        person = TelegramPerson(
            id: from.id,
            firstName: from.firstName,
            username: from.username,
            languageTag: from.languageCode
        )
        self.chat = chat.id
        self.message = message
        self.callback = callback
    }

    private static func event(_ message: Message) -> Event? {
        guard message.chat.type == .private else {
            // In a group only what is meant for the bot is answered: a command, or being added.
            let isForUs = message.text?.hasPrefix("/") ?? false
            return isForUs && message.chat.type != .channel ? .group : nil
        }
        if let sent = message.text.flatMap(SentToken.init(in:)) { return .token(sent) }
        if let text = message.text { return command(text).map(Event.command) ?? .text(text) }
        if let voice = message.voice {
            return .recording(IncomingRecording(fileID: voice.fileID, name: nil, byteCount: voice.fileSize))
        }
        if let audio = message.audio {
            let name = audio.fileName ?? audio.title
            return .recording(IncomingRecording(fileID: audio.fileID, name: name, byteCount: audio.fileSize))
        }
        if message.video != nil || message.videoNote != nil { return .video }
        if let file = message.document {
            return .recording(IncomingRecording(fileID: file.fileID, name: file.fileName, byteCount: file.fileSize))
        }
        let isService = message.newChatMembers != nil || message.leftChatMember != nil || message.migrateToChatID != nil
        return isService ? nil : .otherMedia
    }

    /// `/start@our_bot payload` is `start`.
    private static func command(_ text: String) -> String? {
        guard text.hasPrefix("/"), let word = text.dropFirst().split(whereSeparator: \.isWhitespace).first else {
            return nil
        }
        return word.split(separator: "@").first.map { $0.lowercased() }
    }
}
