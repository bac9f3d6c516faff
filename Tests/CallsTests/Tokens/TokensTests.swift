import Database
import Foundation
import Kernel
import Testing

@testable import Calls

struct TokensTests {
    private let clip = Clip(call: CallID(5), start: 1.5, end: 3)

    private func issue(_ bench: Bench, account: AccountID?) async throws -> Token {
        try await bench.database.tenant(bench.tenant) { transaction in
            try await bench.tokens.issue(.clip, clip, account: account, in: transaction)
        }
    }

    private func resolve(_ bench: Bench, _ token: Token, as account: Int64) async throws -> Clip? {
        try await bench.database.tenant(bench.tenant) { transaction in
            try await bench.tokens.resolve(.clip, token, account: AccountID(account), in: transaction)
        }
    }

    @Test
    func `a token leads to what it was issued for, again and again`() async throws {
        let bench = try await Bench.make()
        let token = try await issue(bench, account: AccountID(7))
        #expect(try await resolve(bench, token, as: 7) == clip)
        #expect(try await resolve(bench, token, as: 7) == clip)
    }

    @Test
    func `one person's token is nothing to another, one without a name is everybody's`() async throws {
        let bench = try await Bench.make()
        let mine = try await issue(bench, account: AccountID(7))
        #expect(try await resolve(bench, mine, as: 8) == nil)
        let everybodys = try await issue(bench, account: nil)
        #expect(try await resolve(bench, everybodys, as: 8) == clip)
    }

    @Test
    func `a token of another company, another kind or of nobody leads nowhere`() async throws {
        let bench = try await Bench.make()
        let other = try await Bench.make()
        let token = try await issue(bench, account: nil)
        #expect(try await resolve(other, token, as: 7) == nil)
        #expect(try await resolve(bench, .random(), as: 7) == nil)
        let call = try await bench.database.tenant(bench.tenant) { transaction in
            try await bench.tokens.resolve(.call, token, account: AccountID(7), in: transaction)
        }
        #expect(call == nil)
        await #expect(throws: ClipRefusal.expired) {
            try await other.clips.voice(token, account: AccountID(7), tenant: other.tenant)
        }
    }

    @Test
    func `a token ends with its lifetime and is then swept away`() async throws {
        let bench = try await Bench.make()
        let token = try await issue(bench, account: nil)
        bench.clock.advance(by: TokenKind.clip.lifetime - 1)
        #expect(try await resolve(bench, token, as: 7) == clip)
        let young = try await issue(bench, account: nil)
        bench.clock.advance(by: 1)
        #expect(try await resolve(bench, token, as: 7) == nil)
        let swept = try await bench.database.tenant(bench.tenant) { try await bench.tokens.sweep(in: $0) }
        #expect(swept == 1)
        #expect(try await resolve(bench, young, as: 7) == clip)
    }

    @Test
    func `the database keeps no token, only its hash`() async throws {
        let bench = try await Bench.make()
        let token = try await issue(bench, account: nil)
        let rows = try await bench.database.tenant(bench.tenant) {
            try await $0.query("SELECT hash, payload FROM tokens")
        }
        let (hash, payload) = try #require(rows.first).decode([UInt8].self, String.self)
        #expect(hash == token.hash)
        #expect(!payload.contains(token.text))
    }
}
