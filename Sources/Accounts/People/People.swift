public import Database
public import Kernel

/// The people who speak to our bots: who they are, in which companies, and where they can be reached.
public final class People: Sendable {
    private let database: Database
    private let looking: Gathering<PeopleStore.Arrival, Presence?>
    private let naming: Gathering<Set<AccountID>, [AccountID: String]>

    public init(database: Database) {
        self.database = database
        looking = Gathering(limit: 100) { arrivals in
            try await database.readPlatform { try await PeopleStore($0).presences(of: arrivals) }
        }
        naming = Gathering(limit: 100) { asked in
            let all = asked.reduce(into: Set()) { $0.formUnion($1) }
            let names = try await database.readPlatform { try await PeopleStore($0).names(of: all.sorted()) }
            return asked.map { accounts in names.filter { accounts.contains($0.key) } }
        }
    }

    /// Remembers who wrote in a private chat and says what is known of them; the same person again changes nothing.
    public func arrive(_ person: TelegramPerson, in place: ChatPlace) async throws -> Presence {
        // Most updates come from people we know unchanged: those are only read.
        if let known = try await looking.ask(PeopleStore.Arrival(person: person, place: place)) { return known }
        return try await database.platform { tx in
            let store = PeopleStore(tx)
            let account = try await store.remember(person)
            try await store.remember(place, account: account, language: Language(tag: person.languageTag))
            let presence = try await store.presences(of: [PeopleStore.Arrival(person: person, place: place)])[0]
            guard let presence else { throw PeopleFault.vanished }
            return presence
        }
    }

    /// Chooses the language of a chat, and of the person's chats to come.
    public func setLanguage(
        _ language: Language,
        of account: AccountID,
        in place: ChatPlace,
        _ tx: PlatformTransaction
    ) async throws {
        try await PeopleStore(tx).setLanguage(language, of: account, in: place)
    }

    /// Stores how far a conversation has come, or that it has ended.
    public func setStep(_ step: String?, in place: ChatPlace, _ tx: PlatformTransaction) async throws {
        try await PeopleStore(tx).setStep(step, in: place)
    }

    /// Notes that a person blocked a bot or let it in again.
    public func setBlocked(_ isBlocked: Bool, in place: ChatPlace, _ tx: PlatformTransaction) async throws {
        try await PeopleStore(tx).setBlocked(isBlocked, in: place)
    }

    /// Whether a group is still to be told that the bot works in private; true once a group.
    public func tellGroupOnce(
        _ place: ChatPlace,
        language: Language,
        _ tx: PlatformTransaction
    ) async throws -> Bool {
        try await PeopleStore(tx).tellGroupOnce(place, language: language)
    }

    /// The language chosen in a chat.
    public func language(in place: ChatPlace) async throws -> Language {
        try await database.readPlatform { tx in try await PeopleStore(tx).language(in: place) } ?? .russian
    }

    /// What people are called today.
    public func names(of accounts: Set<AccountID>) async throws -> [AccountID: String] {
        guard !accounts.isEmpty else { return [:] }
        return try await naming.ask(accounts)
    }

    /// Private chats to which a company's digest goes: of owners and heads who want it and have not blocked the bot.
    public func digestReaders(of tenant: TenantID) async throws -> [WaitingChat] {
        try await database.readPlatform { tx in try await PeopleStore(tx).digestReaders(of: tenant) }
    }
}

enum PeopleFault: Fault {
    /// Somebody just remembered was not found: the rows were changed in between.
    case vanished

    var isPassing: Bool { true }

    var description: String { "a person just remembered was not found" }
}
