import Accounts
import Foundation
import Kernel
import Testing

@testable import Bot

@Suite struct RegistrationFlowTests {
    private let moscow = Samples.zone

    @Test(arguments: [Event.command("start"), .text("привет"), .command("menu")])
    func `a stranger is welcomed and asked for the company's name`(event: Event) throws {
        let decision = Front.decide(event, try Visitors.stranger())
        #expect(decision.effects.first == .keepStep(.name))
        #expect(decision.said.last?.contains("Как называется ваша компания?") == true)
    }

    @Test func `a name leads to the question for the zone, with the time there on each button`() throws {
        let decision = Front.decide(.text(" Ромашка "), try Visitors.stranger(.name))
        #expect(decision.effects.first == .keepStep(.zone(company: "Ромашка")))
        guard case .say(let screen, nil) = decision.effects.last else {
            Issue.record("nothing was asked")
            return
        }
        let buttons = screen.buttons.flatMap { $0 }
        #expect(buttons.contains(.press("12:46 Москва", .zone("Europe/Moscow"))))
        #expect(buttons.contains(.press("14:46 Алматы, Астана", .zone("Asia/Almaty"))))
    }

    @Test func `a name that is refused is asked for again and nothing is kept`() throws {
        let decision = Front.decide(.text("Я"), try Visitors.stranger(.name))
        #expect(!decision.effects.contains { if case .keepStep = $0 { true } else { false } })
        #expect(
            decision.said == [
                "Название слишком короткое. Напишите хотя бы две буквы.\n\n<b>Как называется ваша компания?</b>"
            ]
        )
    }

    @Test func `a pressed zone registers the company and shows that it is being prepared`() throws {
        let decision = Front.decide(
            .press(.zone("Europe/Moscow"), message: 8),
            try Visitors.stranger(.zone(company: "Ромашка"))
        )
        #expect(decision.effects.first == .register(try CompanyName("Ромашка"), moscow, slot: "registration:500"))
        #expect(decision.effects.last == .say(RegistrationScreens.preparing(.russian), slot: "registration:500"))
        guard case .edit(_, 8) = decision.effects[1] else {
            Issue.record("the zones still have their buttons")
            return
        }
    }

    @Test(
        arguments: [
            ("Казань", "Europe/Moscow"), ("г. Ростов-на-Дону", "Europe/Moscow"), ("алматы", "Asia/Almaty"),
            ("астана", "Asia/Almaty"), ("asia/tashkent", "Asia/Tashkent"), ("Орёл", nil), ("Қарағанды", "Asia/Almaty"),
            ("Екатеринбург", "Asia/Yekaterinburg"), ("Марс", nil), ("MSK", nil),
        ] as [(String, String?)]
    )
    func `a city or a zone may be written`(written: String, zone: String?) {
        #expect(Cities.zone(named: written)?.identifier == zone)
    }

    @Test func `every offered city and every other one has a zone that exists`() {
        for language in Language.allCases {
            for city in Cities.offered(language) { #expect(TimeZone(identifier: city.zone) != nil) }
        }
    }

    @Test func `an unknown city is said to be unknown and the question stays`() throws {
        let decision = Front.decide(.text("Марс"), try Visitors.stranger(.zone(company: "Ромашка")))
        #expect(decision.said.first?.contains("Не знаю часового пояса «Марс»") == true)
        #expect(decision.effects.count == 1)
    }

    @Test func `while a company is prepared nothing new is made`() throws {
        let visitor = try Visitors.stranger(waitingFor: TenantID(3))
        for event in [Event.command("start"), .text("Ромашка"), .command("cancel")] {
            #expect(Front.decide(event, visitor).said == [RegistrationTexts.stillPreparing(.russian)])
        }
        let pressed = Front.decide(.press(.zone("Europe/Moscow"), message: 8), visitor)
        #expect(pressed.effects.isEmpty)
        #expect(pressed.notice == "Эта кнопка больше не действует.")
    }

    @Test func `a recording before there is a company explains why it waits`() throws {
        let file = IncomingRecording(fileID: "f", name: nil, byteCount: 1)
        for step in [nil, RegistrationStep.name, .zone(company: "Ромашка")] {
            let decision = Front.decide(.recording(file), try Visitors.stranger(step))
            #expect(decision.said.first?.contains("Сначала зарегистрируем компанию") == true)
        }
    }

    @Test func `cancelling ends what was begun`() throws {
        let decision = Front.decide(.command("cancel"), try Visitors.stranger(.name))
        #expect(decision.effects.first == .keepStep(nil))
        #expect(decision.said == [RegistrationTexts.cancelled(.russian)])
        #expect(Front.decide(.command("cancel"), try Visitors.stranger()).said == [MenuTexts.nothingToCancel(.russian)])
    }

    @Test func `a step of another version begins the conversation anew`() {
        let visitor = Visitors.visitor(memberships: [], step: #"{"colour": {}}"#)
        #expect(Front.decide(.text("Ромашка"), visitor).effects.first == .keepStep(.name))
    }

    @Test func `the language is chosen at every step`() throws {
        let decision = Front.decide(.press(.language(.kazakh), message: 4), try Visitors.stranger(.name))
        #expect(decision.effects.first == .setLanguage(.kazakh))
        #expect(decision.notice == "Қазақша сөйлеймін.")
    }
}
