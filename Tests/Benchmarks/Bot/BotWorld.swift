import Database
import Foundation
import Kernel

/// What a bot under measurement finds: chats of people known to the platform, their companies, a button in each chat.
struct BotWorld: Sendable {
    static let tenantCount = 10

    let database: BenchDatabase
    let sandbox: SandboxProcess
    let bot: SandboxProcess.Bot
    private(set) var chats: [Chat] = []

    struct Chat: Sendable {
        let user: Int64
        let press: SandboxProcess.Press
    }

    /// A database and a bot of the sandbox with that many chats; alike for ours and for the peer.
    init(_ name: String, chats count: Int, sandbox: SandboxProcess, _ bench: Bench) async throws {
        database = try await bench.database(name)
        self.sandbox = sandbox
        bot = try await sandbox.bot("\(name)_bot")
        var tenants: [TenantID] = []
        for _ in 0..<Self.tenantCount { tenants.append(try await database.tenant()) }
        var users: [(user: Int64, tenant: TenantID, token: Token)] = []
        for number in 0..<count {
            let user = try await sandbox.user("Анна")
            users.append((user.id, tenants[number % tenants.count], Token.random()))
        }
        try seed(users, tenants)
        for (user, _, token) in users {
            _ = try await sandbox.write("/start", from: user, to: bot.username)
            chats.append(Chat(user: user, press: try await button(for: user, token)))
        }
        try await forgetUpdates()
    }

    /// How many updates the bot has not confirmed.
    func pendingCount() async throws -> Int {
        struct Info: Decodable, Sendable { let pending_update_count: Int }
        return try await sandbox.call("getWebhookInfo", [String: String](), of: bot, as: Info.self).pending_update_count
    }

    /// Presses the button in one chat after the other, and returns when all the updates wait.
    func press(count: Int) async throws -> [Int32] {
        let before = try await pendingCount()
        var connections: [Int32] = []
        for number in 0..<count {
            let chat = chats[number % chats.count]
            connections.append(try sandbox.press(chat.press, from: chat.user))
            // No faster than the sandbox takes them, or connections are refused.
            if number % 100 == 99 { try await waitForUpdates(before + number + 1) }
        }
        try await waitForUpdates(before + count)
        return connections
    }

    private func waitForUpdates(_ count: Int) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while try await pendingCount() < count {
            guard ContinuousClock.now < deadline else { throw Wrong("the sandbox took fewer presses") }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    private func button(for user: Int64, _ token: Token) async throws -> SandboxProcess.Press {
        struct Button: Encodable { let text: String, callback_data: String }
        struct Keyboard: Encodable { let inline_keyboard: [[Button]] }
        struct Text: Encodable { let chat_id: Int64, text: String, reply_markup: Keyboard }
        let data = "open:\(token.text)"
        let message = try await sandbox.call(
            "sendMessage",
            Text(
                chat_id: user,
                text: "Звонок оценён",
                reply_markup: Keyboard(inline_keyboard: [[Button(text: "Открыть", callback_data: data)]])
            ),
            of: bot,
            as: SandboxProcess.Message.self
        )
        return SandboxProcess.Press(bot: bot.username, message_id: message.message_id, callback_data: data)
    }

    /// Confirms what the preparation has left.
    private func forgetUpdates() async throws {
        struct Update: Decodable, Sendable { let update_id: Int64 }
        struct Question: Encodable { let offset: Int64? }
        var offset: Int64?
        while true {
            let updates = try await sandbox.call("getUpdates", Question(offset: offset), of: bot, as: [Update].self)
            guard let last = updates.last else { return }
            offset = last.update_id + 1
        }
    }

    private func seed(_ users: [(user: Int64, tenant: TenantID, token: Token)], _ tenants: [TenantID]) throws {
        let expiry = "now() + interval '1 day'"
        var sql = "BEGIN;\n"
        for tenant in tenants {
            sql += """
                INSERT INTO platform.tenants (id, name, zone, language, state) OVERRIDING SYSTEM VALUE
                VALUES (\(tenant), 'Ромашка', 'Europe/Moscow', 'ru', 'ready');\n
                """
        }
        for (number, (user, tenant, token)) in users.enumerated() {
            let (account, hash) = (number + 1, hexadecimal(token.hash))
            sql += """
                INSERT INTO platform.accounts (telegram_id, first_name, language) VALUES (\(user), 'Анна', 'ru');
                INSERT INTO platform.memberships (tenant, account, role) VALUES (\(tenant), \(account), 'owner');
                INSERT INTO platform.chats (bot, chat, account, active_tenant, language)
                VALUES (\(bot.id), \(user), \(account), \(tenant), 'ru');
                INSERT INTO t_\(tenant).tokens (hash, kind, payload, account_id, expires_at)
                VALUES ('\\x\(hash)', 'call', '{"call":\(number + 1)}', \(account), \(expiry));\n
                """
        }
        try database.psql(sql + "COMMIT;\nANALYZE;")
    }
}
