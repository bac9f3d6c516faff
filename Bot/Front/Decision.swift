import Accounts
import Foundation
import Jobs
import Kernel

/// What follows from an update.
enum Effect: Sendable, Hashable {
    /// A message; with a slot it is the one that later ones of the slot edit.
    case say(Screen, slot: String? = nil)
    /// Changes a message of ours, the one whose button was pressed.
    case edit(Screen, message: Int64)
    case keepStep(RegistrationStep?)
    case register(CompanyName, TimeZone, slot: String)
    case setLanguage(Language)
    case setDigestTime(LocalTime)
    /// A link into the panel, leading to the call that a token names.
    case sendPanelLink(Token?)
    case setBlocked(Bool)
    case tellGroup
    /// Takes a message out of the chat.
    case delete(Int64)
    case addBot(SentToken)
    case showOwnBot
    case setOwnBot(BotID, isToRun: Bool, message: Int64?)
    case fetch(IncomingRecording, slot: String)
    case ask(String, slot: String)
    case makeDigest(slot: String)
    case sendClip(Token)
    case sendTranscript(Token)
    case sendResult(Token)

    /// Whether it belongs to a company's data; the others belong to the platform.
    var isOfTenant: Bool {
        switch self {
        case .fetch, .ask, .makeDigest, .sendClip, .sendTranscript, .sendResult: true
        case .say, .edit, .keepStep, .register, .setLanguage, .setDigestTime, .sendPanelLink, .setBlocked, .tellGroup,
            .delete, .addBot, .showOwnBot, .setOwnBot:
            false
        }
    }
}

struct Decision: Sendable, Hashable {
    /// Where the effects are committed, decided once and obeyed by every repetition.
    let route: InboxRoute
    let effects: [Effect]
    /// What is shown over the chat when a button was pressed; nil just ends the waiting.
    let notice: String?

    init(_ route: InboxRoute, _ effects: [Effect], notice: String? = nil) {
        self.route = route
        self.effects = effects
        self.notice = notice
    }

    static func platform(_ effects: Effect..., notice: String? = nil) -> Decision {
        Decision(.platform, effects, notice: notice)
    }
}

/// Who is in front of the bot, and all that a decision may depend on.
struct Visitor: Sendable, Hashable {
    let presence: Presence
    /// The company in question: the chat's active one, or the one that an earlier handling decided for.
    let membership: Membership?
    /// Whom the bot serves in whose chat they are.
    var scope = BotScope.shared
    /// When that company wants its digest, `09:00`.
    let digestTime: String?
    let zone: TimeZone?
    /// The message that the person wrote; nil for a press.
    let message: Int64?
    let update: Int64
    let now: Date

    var language: Language { presence.language }
}
