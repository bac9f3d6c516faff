import Database
import Foundation
import Kernel

/// Accounts, memberships and chats.
struct PeopleStore {
    let tx: PlatformTransaction

    init(_ tx: PlatformTransaction) { self.tx = tx }

    struct Arrival {
        let person: TelegramPerson
        let place: ChatPlace
    }

    /// What is known of people in chats, for each in turn; nil where something of it is still to be remembered.
    ///
    /// A row for each company of a person that is ready, in the order in which they joined; one row where there is none.
    func presences(of arrivals: [Arrival]) async throws -> [Presence?] {
        let people = arrivals.map(\.person)
        let rows = try await tx.query(
            """
            SELECT arrived.number, accounts.id, chats.language, chats.active_tenant, dialogues.step::text,
                   dialogues.tenant, tenants.id, tenants.name, memberships.role
            FROM unnest(\(people.map(\.id)), \(people.map(\.firstName)), \(people.map { $0.username ?? "" }),
                        \(arrivals.map(\.place.bot.rawValue)), \(arrivals.map(\.place.chat)))
                 WITH ORDINALITY AS arrived (person, name, username, bot, chat, number)
            JOIN platform.accounts ON accounts.telegram_id = arrived.person AND accounts.first_name = arrived.name
                 AND coalesce(accounts.username, '') = arrived.username
            JOIN platform.chats ON chats.account = accounts.id AND chats.bot = arrived.bot AND chats.chat = arrived.chat
            LEFT JOIN platform.dialogues ON dialogues.bot = chats.bot AND dialogues.chat = chats.chat
            LEFT JOIN (platform.memberships
                       JOIN platform.tenants ON tenants.id = memberships.tenant AND tenants.state = 'ready')
              ON memberships.account = accounts.id
            ORDER BY arrived.number, memberships.created_at, tenants.id
            """
        )
        var found: [Presence?] = arrivals.map { _ in nil }
        let all = try rows.map(Known.init)
        for known in Dictionary(grouping: all, by: \.number).values {
            let (index, first) = (known[0].number - 1, known[0])
            found[index] = Presence(
                account: first.account,
                firstName: arrivals[index].person.firstName,
                language: Language(tag: first.language),
                memberships: known.compactMap(\.membership),
                activeTenant: first.active,
                step: first.step,
                waitingFor: first.waitingFor
            )
        }
        return found
    }

    private struct Known {
        let number: Int
        let account: AccountID
        let language: String
        let active: TenantID?
        let step: String?
        let waitingFor: TenantID?
        let membership: Membership?

        init(_ row: Row) throws {
            let tenant: TenantID?
            let (name, role): (String?, String?)
            (number, account, language, active, step, waitingFor, tenant, name, role) = try row.decode(
                Int.self,
                AccountID.self,
                String.self,
                TenantID?.self,
                String?.self,
                TenantID?.self,
                TenantID?.self,
                String?.self,
                String?.self
            )
            membership =
                if let tenant, let name, let role = role.flatMap(Role.init(rawValue:)) {
                    Membership(tenant: tenant, companyName: name, role: role)
                } else {
                    nil
                }
        }
    }

    /// The person's account, with the name they bear today.
    func remember(_ person: TelegramPerson) async throws -> AccountID {
        let rows = try await tx.query(
            """
            INSERT INTO platform.accounts (telegram_id, first_name, username, language)
            VALUES (\(person.id), \(person.firstName), \(person.username), \(Language(tag: person.languageTag)))
            ON CONFLICT (telegram_id) DO UPDATE
            SET first_name = excluded.first_name, username = excluded.username
            RETURNING id
            """
        )
        return try rows[0].decode(AccountID.self)
    }

    func remember(_ place: ChatPlace, account: AccountID, language: Language) async throws {
        // A language once chosen in another chat of the person goes before that of their Telegram.
        try await tx.execute(
            """
            INSERT INTO platform.chats (bot, chat, account, language)
            SELECT \(place.bot), \(place.chat), id,
                   CASE WHEN created_at < now() THEN language ELSE (\(language))::text END
            FROM platform.accounts
            WHERE id = \(account)
            ON CONFLICT (bot, chat) DO UPDATE
            SET account = excluded.account
            """
        )
    }

    func lock(_ account: AccountID) async throws {
        _ = try await tx.query("SELECT id FROM platform.accounts WHERE id = \(account) FOR UPDATE")
    }

    func join(_ account: AccountID, _ tenant: TenantID, as role: Role) async throws {
        try await tx.execute(
            """
            INSERT INTO platform.memberships (tenant, account, role)
            VALUES (\(tenant), \(account), \(role))
            ON CONFLICT (tenant, account) DO NOTHING
            """
        )
    }

    func wait(_ place: ChatPlace, for tenant: TenantID, step: String) async throws {
        try await tx.execute(
            """
            INSERT INTO platform.dialogues (bot, chat, step, tenant)
            VALUES (\(place.bot), \(place.chat), \(step)::jsonb, \(tenant))
            ON CONFLICT (bot, chat) DO UPDATE
            SET step = excluded.step, tenant = excluded.tenant, updated_at = now()
            """
        )
    }

    /// Ends the dialogues that waited for a company, and makes it the one their chats are about.
    func activateWaiting(for tenant: TenantID) async throws -> [WaitingChat] {
        let rows = try await tx.query(
            """
            WITH ended AS (
                DELETE FROM platform.dialogues
                WHERE tenant = \(tenant)
                RETURNING bot, chat, step
            )
            UPDATE platform.chats
            SET active_tenant = \(tenant)
            FROM ended
            WHERE chats.bot = ended.bot AND chats.chat = ended.chat
            RETURNING chats.bot, chats.chat, chats.language, ended.step::text
            """
        )
        return try rows.map(Self.chat)
    }

    func releaseWaiting(for tenant: TenantID) async throws -> [WaitingChat] {
        let rows = try await tx.query(
            """
            WITH ended AS (
                DELETE FROM platform.dialogues
                WHERE tenant = \(tenant)
                RETURNING bot, chat, step
            )
            SELECT chats.bot, chats.chat, chats.language, ended.step::text
            FROM ended
            JOIN platform.chats ON chats.bot = ended.bot AND chats.chat = ended.chat
            """
        )
        return try rows.map(Self.chat)
    }

    func setLanguage(_ language: Language, of account: AccountID, in place: ChatPlace) async throws {
        try await tx.execute(
            """
            UPDATE platform.chats
            SET language = \(language)
            WHERE bot = \(place.bot) AND chat = \(place.chat)
            """
        )
        try await tx.execute("UPDATE platform.accounts SET language = \(language) WHERE id = \(account)")
    }

    func setStep(_ step: String?, in place: ChatPlace) async throws {
        guard let step else {
            try await tx.execute("DELETE FROM platform.dialogues WHERE bot = \(place.bot) AND chat = \(place.chat)")
            return
        }
        try await tx.execute(
            """
            INSERT INTO platform.dialogues (bot, chat, step)
            VALUES (\(place.bot), \(place.chat), \(step)::jsonb)
            ON CONFLICT (bot, chat) DO UPDATE
            SET step = excluded.step, tenant = NULL, updated_at = now()
            """
        )
    }

    func setBlocked(_ isBlocked: Bool, in place: ChatPlace) async throws {
        try await tx.execute(
            """
            UPDATE platform.chats
            SET blocked_at = CASE WHEN \(isBlocked) THEN coalesce(blocked_at, now()) END
            WHERE bot = \(place.bot) AND chat = \(place.chat)
            """
        )
    }

    func tellGroupOnce(_ place: ChatPlace, language: Language) async throws -> Bool {
        try await tx.execute(
            """
            INSERT INTO platform.chats (bot, chat, language, told_at)
            VALUES (\(place.bot), \(place.chat), \(language), now())
            ON CONFLICT (bot, chat) DO UPDATE
            SET told_at = now()
            WHERE chats.told_at IS NULL
            """
        ) == 1
    }

    func language(in place: ChatPlace) async throws -> Language? {
        let rows = try await tx.query(
            "SELECT language FROM platform.chats WHERE bot = \(place.bot) AND chat = \(place.chat)"
        )
        return try rows.first.map { Language(tag: try $0.decode(String.self)) }
    }

    func names(of accounts: [AccountID]) async throws -> [AccountID: String] {
        let rows = try await tx.query(
            """
            SELECT id, first_name
            FROM platform.accounts
            WHERE id = ANY(\(accounts.map(\.rawValue)))
            """
        )
        return Dictionary(uniqueKeysWithValues: try rows.map { try $0.decode(AccountID.self, String.self) })
    }

    /// One chat a person: that of the company's own bot before that of a shared one.
    func digestReaders(of tenant: TenantID) async throws -> [WaitingChat] {
        let rows = try await tx.query(
            """
            WITH readers AS (
                SELECT DISTINCT ON (memberships.account) chats.bot, chats.chat, chats.language
                FROM platform.memberships
                JOIN platform.chats ON chats.account = memberships.account
                LEFT JOIN platform.bots ON bots.id = chats.bot
                WHERE memberships.tenant = \(tenant)
                  AND memberships.wants_digest
                  AND memberships.role IN ('owner', 'head')
                  AND chats.blocked_at IS NULL
                  AND bots.stopped IS NULL
                  AND coalesce(bots.tenant_id, chats.active_tenant) = memberships.tenant
                ORDER BY memberships.account, bots.tenant_id NULLS LAST, chats.created_at, chats.bot
            )
            SELECT bot, chat, language, NULL::text
            FROM readers
            ORDER BY bot, chat
            """
        )
        return try rows.map(Self.chat)
    }

    private static func chat(_ row: Row) throws -> WaitingChat {
        let (bot, chat, language, step) = try row.decode(BotID.self, Int64.self, String.self, String?.self)
        return WaitingChat(bot: bot, chat: chat, language: Language(tag: language), step: step)
    }
}
