import Foundation

/// A chat of a bot: with a person, whose number it has, or in a group.
struct DialogID: Hashable, Sendable {
    let bot: Int
    let chat: Int
}

/// A person who uses the sandbox.
struct Person: Sendable {
    let id: Int
    let firstName: String
    let lastName: String?
    let username: String?
    let languageCode: String?
    let phone: String

    /// A Telegram `User`.
    var user: JSON {
        .fields([
            "id": .integer(id), "is_bot": false, "first_name": .string(firstName), "last_name": .optional(lastName),
            "username": .optional(username), "language_code": .optional(languageCode),
        ])
    }

    /// A Telegram `Chat`, which a private one takes from its person.
    var chat: JSON {
        .fields([
            "id": .integer(id), "type": "private", "first_name": .string(firstName),
            "last_name": .optional(lastName), "username": .optional(username),
        ])
    }
}

/// A bot, its settings and the updates that it has not confirmed.
struct Bot: Sendable {
    let id: Int
    let token: String
    let username: String
    let firstName: String
    var nextUpdateID: Int
    /// Nil until the bot has said which kinds it wants; an empty list means the usual ones.
    var allowedUpdates: [String]?
    /// By scope and language, as `BotCommands` makes the key.
    var commands: [String: JSON] = [:]
    var menuButtons: [String: JSON] = [:]
    /// Name and descriptions by kind and language, as `setMyName` and its like give them.
    var profile: [String: String] = [:]
    var canJoinGroups = true
    /// Without privacy mode a bot hears everything that is said in its groups.
    var readsAllMessages = false
    var updates: [Update] = []

    /// What the bot called itself, or what it was made with.
    var shownName: String { profile["name/"] ?? firstName }

    var user: JSON {
        ["id": .integer(id), "is_bot": true, "first_name": .string(shownName), "username": .string(username)]
    }
}

struct Update: Sendable {
    let id: Int
    let date: Int
    let json: JSON
}

/// One message of a chat, as the bot sees it, with the keyboard it was sent with.
struct Message: Sendable {
    let id: Int
    /// A Telegram `Message` without `reply_markup`.
    var json: JSON
    /// Inline or reply keyboard, or the wish to remove one.
    var markup: JSON?
    let isFromBot: Bool
    /// Each user's reactions, as Telegram's `ReactionType`.
    var reactions: [Int: [JSON]] = [:]

    /// What the Bot API answers: Telegram shows a bot its inline keyboards only.
    var forBot: JSON {
        var shown = json
        if let markup, markup["inline_keyboard"] != nil { shown["reply_markup"] = markup }
        return shown
    }

    /// What the person's side shows: any keyboard, since a page has to draw it.
    var forPerson: JSON {
        var shown = json
        shown["reply_markup"] = markup
        shown["reactions"] = reactionsShown
        return shown
    }
}

/// A change of a chat, for those who follow it.
struct ChatEvent: Sendable {
    enum Kind: String { case sent, edited, deleted, keyboard, reaction }

    let number: Int
    let kind: Kind
    let message: JSON

    var json: JSON { ["event": .integer(number), "kind": .string(kind.rawValue), "message": message] }
}

struct Dialog: Sendable {
    var isStarted = false
    var isBlocked = false
    var lastMessageID = 0
    var lastEvent = 0
    var messages: [Int: Message] = [:]
    /// Pinned messages, the latest last.
    var pinned: [Int] = []
    var events: [ChatEvent] = []
}

/// A file that a person or a bot sent; a `file_id` is valid for one bot, as in Telegram.
struct StoredFile: Sendable {
    let id: String
    let bot: Int
    let kind: FileKind
    let path: String
    let size: Int
    let name: String?
    let mime: String?

    /// The last part of a `file_id` names the bytes; the name on disk has nothing of what people typed.
    var uniqueID: String { String(id.suffix(16)) }
}

enum FileKind: String, Sendable, CaseIterable { case voice, audio, document, photo, video }

/// A press of an inline button that waits for `answerCallbackQuery`.
struct CallbackQuery: Sendable {
    let id: String
    let dialog: DialogID
    let date: Int
    var answer: JSON?
}

/// One Bot API call, as `GET /sandbox/log` shows it.
struct LoggedCall: Sendable {
    let number: Int
    let json: JSON
}
