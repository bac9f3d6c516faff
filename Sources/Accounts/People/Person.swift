public import Kernel

/// A person as a Telegram update names them.
public struct TelegramPerson: Sendable, Hashable {
    public let id: Int64
    public let firstName: String
    public let username: String?
    public let languageTag: String?

    public init(id: Int64, firstName: String, username: String?, languageTag: String?) {
        self.id = id
        self.firstName = firstName
        self.username = username
        self.languageTag = languageTag
    }
}

/// A chat of one of our bots.
public struct ChatPlace: Sendable, Hashable, Codable {
    public let bot: BotID
    public let chat: Int64

    public init(bot: BotID, chat: Int64) {
        self.bot = bot
        self.chat = chat
    }
}

/// What somebody is in a company.
public enum Role: String, Sendable, CaseIterable {
    case owner, head, supervisor, `operator`, hr, analyst, integrator
}

/// A person's place in one company that is ready.
public struct Membership: Sendable, Hashable {
    public let tenant: TenantID
    public let companyName: String
    public let role: Role

    public init(tenant: TenantID, companyName: String, role: Role) {
        self.tenant = tenant
        self.companyName = companyName
        self.role = role
    }
}

/// Who writes in a chat, and what is known of them there.
public struct Presence: Sendable, Hashable {
    public let account: AccountID
    public let firstName: String
    public let language: Language
    public let memberships: [Membership]
    /// The company this chat is about; it is always among the memberships.
    public let active: Membership?
    /// The bot's own account of how far a conversation has come, as JSON.
    public let step: String?
    /// The company that the chat waits for.
    public let waitingFor: TenantID?

    public init(
        account: AccountID,
        firstName: String,
        language: Language,
        memberships: [Membership],
        activeTenant: TenantID?,
        step: String?,
        waitingFor: TenantID?
    ) {
        self.account = account
        self.firstName = firstName
        self.language = language
        self.memberships = memberships
        active = memberships.first { $0.tenant == activeTenant } ?? memberships.first
        self.step = step
        self.waitingFor = waitingFor
    }

    /// The same person as seen where only one company exists.
    public func within(_ tenant: TenantID) -> Presence {
        Presence(
            account: account,
            firstName: firstName,
            language: language,
            memberships: memberships.filter { $0.tenant == tenant },
            activeTenant: tenant,
            step: step,
            waitingFor: nil
        )
    }

    public func isMember(of tenant: TenantID) -> Bool { memberships.contains { $0.tenant == tenant } }
}
