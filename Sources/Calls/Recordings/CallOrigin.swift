public import Kernel

/// Where a recording or a question came from, and so whom to tell how it ends.
public struct CallOrigin: Codable, Sendable, Hashable {
    public var bot: BotID
    public var chat: Int64
    /// The key of the chat's progress message, which is edited in place.
    public var slot: String
    /// The person's own message, for the answer to point at.
    public var message: Int64?
    public var account: AccountID?
    public var language: Language

    public init(
        bot: BotID,
        chat: Int64,
        slot: String,
        message: Int64? = nil,
        account: AccountID? = nil,
        language: Language = .russian
    ) {
        self.bot = bot
        self.chat = chat
        self.slot = slot
        self.message = message
        self.account = account
        self.language = language
    }
}
