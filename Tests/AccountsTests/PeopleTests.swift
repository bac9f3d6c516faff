import Database
import Foundation
import Kernel
import Support
import Testing

@testable import Accounts

@Suite struct PeopleTests {
    private let place = ChatPlace(bot: BotID(5), chat: 77)

    @Test func `a person is one account, under the name they bear today`() async throws {
        let fixture = try await AccountsFixture.make()
        let first = try await fixture.arrive("Анна")
        let again = try await fixture.arrive("Анна Петровна")
        #expect(first.account == again.account)
        #expect(again.firstName == "Анна Петровна")
    }

    @Test(arguments: [("ru-RU", Language.russian), ("en", .english), ("kk", .kazakh), ("de", .russian)])
    func `a new chat speaks the language of the person's Telegram`(tag: String, language: Language) async throws {
        let fixture = try await AccountsFixture.make()
        let person = TelegramPerson(id: 8, firstName: "A", username: "a", languageTag: tag)
        #expect(try await fixture.people.arrive(person, in: place).language == language)
    }

    @Test func `a chosen language is kept, and goes with the person to another chat`() async throws {
        let fixture = try await AccountsFixture.make()
        let account = try await fixture.arrive().account
        try await fixture.database.database.platform { tx in
            try await fixture.people.setLanguage(.kazakh, of: account, in: place, tx)
        }
        #expect(try await fixture.arrive().language == .kazakh)
        #expect(try await fixture.arrive(chat: 78).language == .kazakh)
    }

    @Test func `a step is kept until it is ended`() async throws {
        let fixture = try await AccountsFixture.make()
        _ = try await fixture.arrive()
        for step in [#"{"name": {}}"#, nil] {
            try await fixture.database.database.platform { tx in
                try await fixture.people.setStep(step, in: place, tx)
            }
            #expect(try await fixture.arrive().step == step)
        }
    }

    @Test func `a group is told once`() async throws {
        let fixture = try await AccountsFixture.make()
        let group = ChatPlace(bot: BotID(5), chat: -100)
        var answers: [Bool] = []
        for _ in 0..<2 {
            answers.append(
                try await fixture.database.database.platform { tx in
                    try await fixture.people.tellGroupOnce(group, language: .russian, tx)
                }
            )
        }
        #expect(answers == [true, false])
    }

    @Test func `the digest goes to the owner, unless they blocked the bot`() async throws {
        let fixture = try await AccountsFixture.make()
        let (tenant, _) = try await fixture.company()
        #expect(try await fixture.people.digestReaders(of: tenant).map(\.chat) == [77])
        for (isBlocked, count) in [(true, 0), (false, 1)] {
            try await fixture.database.database.platform { tx in
                try await fixture.people.setBlocked(isBlocked, in: place, tx)
            }
            #expect(try await fixture.people.digestReaders(of: tenant).count == count)
        }
    }

    @Test func `a company that is not one's own is never active`() async throws {
        let fixture = try await AccountsFixture.make()
        let (first, _) = try await fixture.company("Ромашка", id: 77)
        let (second, other) = try await fixture.company("Тюльпан", id: 88)
        #expect(first != second)
        #expect(other.memberships.map(\.tenant) == [second])
        #expect(other.active?.companyName == "Тюльпан")
        #expect(!other.isMember(of: first))
    }
}
