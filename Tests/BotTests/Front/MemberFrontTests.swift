import Accounts
import Calls
import Foundation
import Jobs
import Kernel
import Testing

@testable import Bot

@Suite struct MemberFrontTests {
    private let member = Visitors.member()

    @Test func `a second start greets and makes nothing new`() {
        let decision = Front.decide(.command("start"), member)
        #expect(decision.effects == [.say(MenuScreens.greeting("Анна", company: "Ромашка", .russian))])
    }

    @Test func `plain text is a question to the company's calls`() {
        let decision = Front.decide(.text("Кто жаловался?"), member)
        #expect(decision.route == .tenant(TenantID(3)))
        #expect(
            decision.effects == [
                .say(AnswerScreens.searching(.russian), slot: "question:10"),
                .ask("Кто жаловался?", slot: "question:10"),
            ]
        )
    }

    @Test func `a question that is too long is refused at once`() {
        let decision = Front.decide(.text(String(repeating: "?", count: QuestionRefusal.longest + 1)), member)
        #expect(decision.said == [QuestionRefusal.tooLong.sentence(in: .russian)])
    }

    @Test func `a recording is received at once and fetched by a job`() {
        let file = IncomingRecording(fileID: "f", name: "a.mp3", byteCount: 20 * 1_048_576)
        let decision = Front.decide(.recording(file), member)
        #expect(
            decision.effects == [
                .say(ProgressScreens.received(.russian), slot: "recording:10"), .fetch(file, slot: "recording:10"),
            ]
        )
    }

    @Test func `a file over Telegram's limit is refused without a download`() {
        let file = IncomingRecording(fileID: "f", name: "a.wav", byteCount: 20 * 1_048_576 + 1)
        let decision = Front.decide(.recording(file), member)
        #expect(decision.effects.allSatisfy { !$0.isOfTenant })
        #expect(decision.said.first?.contains("не больше 20 МБ") == true)
    }

    @Test func `what is no recording is named kindly`() {
        #expect(Front.decide(.video, member).said == [RecordingTexts.video(.russian)])
        #expect(Front.decide(.otherMedia, member).said == [RecordingTexts.notARecording(.russian)])
    }

    @Test(arguments: [Press.zone("Europe/Moscow"), .example(99), .digestTime("25:00"), nil])
    func `a button that leads nowhere says so and does nothing`(press: Press?) {
        let decision = Front.decide(.press(press, message: 4), member)
        #expect(decision.effects.isEmpty)
        #expect(decision.notice == "Эта кнопка больше не действует.")
    }

    @Test func `an example is asked as a question, each press anew`() {
        let visitor = Visitors.visitor(memberships: [Visitors.membership], message: nil)
        let decision = Front.decide(.press(.example(0), message: 4), visitor)
        #expect(decision.effects.last == .ask("Жаловался ли кто-то на грубость?", slot: "question:-500"))
    }

    @Test func `buttons of calls are looked up in the person's own company`() {
        let token = Samples.token("t")
        for (press, effect) in [
            (Press.clip(token), Effect.sendClip(token)), (.transcript(token), .sendTranscript(token)),
            (.resultAgain(token), .sendResult(token)),
        ] {
            let decision = Front.decide(.press(press, message: 4), member)
            #expect(decision == Decision(.tenant(TenantID(3)), [effect]))
        }
        #expect(Front.decide(.press(.openCall(token), message: 4), member).effects == [.sendPanelLink(token)])
    }

    @Test func `only the owner changes the time of the digest`() throws {
        let time = try #require(LocalTime(text: "18:00"))
        let owner = Front.decide(.press(.digestTime("18:00"), message: 4), member)
        #expect(owner.effects.first == .setDigestTime(time))
        let analyst = Front.decide(.press(.digestTime("18:00"), message: 4), Visitors.member(.analyst))
        #expect(analyst.effects.isEmpty)
        #expect(analyst.notice == MenuTexts.notAnOwner(.russian))
    }

    @Test func `every effect is decided for the place it belongs to`() {
        let token = Samples.token("t")
        let file = IncomingRecording(fileID: "f", name: nil, byteCount: nil)
        let events: [Event] =
            [.text("?"), .recording(file), .video, .otherMedia, .blocked(true), .group, .command("nonsense")]
            + ["start", "menu", "help", "digest", "panel", "language", "cancel"].map(Event.command)
            + [
                .menu, .howToSend, .howToAsk, .digest, .panel, .languages, .digestTimes, .language(.english),
                .zone("Europe/Moscow"), .digestTime("09:00"), .example(1), .clip(token), .transcript(token),
                .openCall(token), .resultAgain(token),
            ].map { .press($0, message: 4) }
        for event in events {
            let decision = Front.decide(event, member)
            let isOfTenant = decision.route != .platform
            #expect(decision.effects.contains(where: \.isOfTenant) == isOfTenant, "\(event)")
            for effect in decision.effects where isOfTenant {
                if case .say = effect { continue }
                #expect(effect.isOfTenant, "\(event)")
            }
        }
    }
}

@Suite struct ObedienceTests {
    @Test func `a repetition obeys the company that the first handling chose`() {
        let other = Membership(tenant: TenantID(4), companyName: "Тюльпан", role: .owner)
        let presence = Visitors.visitor(memberships: [Visitors.membership, other]).presence
        #expect(presence.active?.tenant == TenantID(3))
        #expect(Obedience.membership(presence, fixed: .tenant(TenantID(4)))?.companyName == "Тюльпан")
        #expect(Obedience.membership(presence, fixed: nil)?.companyName == "Ромашка")
    }

    @Test func `who left the company meanwhile gets nothing of it`() {
        let visitor = Visitors.visitor(memberships: [])
        let decision = Obedience.obey(Front.decide(.text("?"), visitor), visitor, fixed: .tenant(TenantID(3)))
        #expect(decision == Decision(.tenant(TenantID(3)), []))
    }

    @Test func `what was decided before there was a company is not asked of it later`() {
        let visitor = Visitors.member()
        let decision = Obedience.obey(Front.decide(.text("Ромашка"), visitor), visitor, fixed: .platform)
        #expect(decision.route == .platform)
        #expect(decision.effects == [.say(MenuScreens.menu(company: "Ромашка", .russian))])
    }
}
