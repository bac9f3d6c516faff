import Database
import Foundation
import Kernel
import Support
import Testing

@testable import Accounts

@Suite struct SignInTests {
    @Test func `looking at a link changes nothing, consuming it signs in once`() async throws {
        let fixture = try await AccountsFixture.make()
        let (tenant, owner) = try await fixture.company()
        let link = try await fixture.link(owner, tenant)
        for _ in 0..<2 {
            let offer = try await fixture.signIn.look(link)
            #expect(offer.personName == "Анна")
            #expect(offer.companyName == "Ромашка")
        }
        let (session, cookie) = try await fixture.signIn.consume(link, userAgent: "Browser")
        #expect(session.tenant == tenant)
        #expect(session.role == .owner)
        #expect(try await fixture.signIn.session(cookie) == session)
        await #expect(throws: SignInRefusal.used) { try await fixture.signIn.consume(link, userAgent: nil) }
        await #expect(throws: SignInRefusal.used) { try await fixture.signIn.look(link) }
    }

    @Test func `of many who press at once one gets in`() async throws {
        let fixture = try await AccountsFixture.make()
        let (tenant, owner) = try await fixture.company()
        let link = try await fixture.link(owner, tenant)
        let entered = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    do {
                        _ = try await fixture.signIn.consume(link, userAgent: nil)
                        return true
                    } catch {
                        #expect(error as? SignInRefusal == .used)
                        return false
                    }
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(entered == 1)
    }

    @Test func `a link works for ten minutes`() async throws {
        let fixture = try await AccountsFixture.make()
        let (tenant, owner) = try await fixture.company()
        let link = try await fixture.link(owner, tenant)
        fixture.clock.advance(by: 599)
        _ = try await fixture.signIn.look(link)
        fixture.clock.advance(by: 1)
        await #expect(throws: SignInRefusal.expired) { try await fixture.signIn.look(link) }
        await #expect(throws: SignInRefusal.expired) { try await fixture.signIn.consume(link, userAgent: nil) }
        await #expect(throws: SignInRefusal.unknown) { try await fixture.signIn.look(.random()) }
    }

    @Test func `a session ends by signing out, with time, and when the person leaves the company`() async throws {
        let fixture = try await AccountsFixture.make()
        let (tenant, owner) = try await fixture.company()
        func signedIn() async throws -> Token {
            try await fixture.signIn.consume(try await fixture.link(owner, tenant), userAgent: nil).token
        }
        let signedOut = try await signedIn()
        try await fixture.signIn.signOut(signedOut)
        #expect(try await fixture.signIn.session(signedOut) == nil)

        let old = try await signedIn()
        fixture.clock.advance(by: SignIn.sessionLifetime)
        #expect(try await fixture.signIn.session(old) == nil)

        let left = try await signedIn()
        #expect(try await fixture.signIn.session(left) != nil)
        try fixture.database.runAsSuperuser("DELETE FROM platform.memberships")
        #expect(try await fixture.signIn.session(left) == nil)
    }

    @Test func `the database never sees a token`() async throws {
        let fixture = try await AccountsFixture.make()
        let (tenant, owner) = try await fixture.company()
        let link = try await fixture.link(owner, tenant)
        let stored = try await fixture.database.database.platform { tx in
            try await tx.query("SELECT hash FROM platform.sign_in_links").map { try $0.decode([UInt8].self) }
        }
        #expect(stored == [link.hash])
        #expect(stored != [Array(link.text.utf8)])
    }
}

@Suite struct CSRFTokens {
    /// RFC 4231, test cases 1, 2 and 6.
    @Test(arguments: [
        (
            [UInt8](repeating: 0x0B, count: 20), "Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xAA, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
    ])
    func `the HMAC is that of the standard`(key: [UInt8], message: String, expected: String) {
        #expect(hexadecimal(hmacSHA256(key: key, message: Array(message.utf8))) == expected)
    }

    @Test func `a form of one session is not taken in another`() {
        let (one, other) = (Token.random(), Token.random())
        #expect(CSRFToken(of: one).matches(CSRFToken(of: one).text))
        #expect(!CSRFToken(of: one).matches(CSRFToken(of: other).text))
        #expect(!CSRFToken(of: one).matches(""))
    }
}
