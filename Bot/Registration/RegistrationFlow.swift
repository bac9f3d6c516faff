import Accounts
import Foundation
import Kernel

/// How far the registration of a company has come.
enum RegistrationStep: Codable, Sendable, Hashable {
    case name
    case zone(company: String)
    /// The company is being prepared; the message in this slot says so.
    case preparing(slot: String)
}

/// The conversation with a person who has no company yet.
enum RegistrationFlow {

    static func decide(_ event: Event, _ visitor: Visitor) -> Decision {
        let language = visitor.language
        if case .press(let press, let message) = event { return pressed(press, message, visitor) }
        if event == .command("help") { return .platform(.say(MenuScreens.help(language))) }
        if visitor.presence.waitingFor != nil {
            return .platform(.say(Screen(RegistrationTexts.stillPreparing(language))))
        }
        if event == .command("cancel") { return cancel(visitor) }
        guard let step = step(visitor), event != .command("start") else { return begin(event, visitor) }
        switch (step, event) {
        case (.preparing, _): return begin(event, visitor)
        case (.name, .text(let text)): return named(text, visitor)
        case (.name, _):
            return .platform(.say(RegistrationScreens.askNameAgain(reason(event, visitor), language)))
        case (.zone(let company), .text(let text)): return zoneWritten(text, company, visitor)
        case (.zone(let company), _):
            let reason = reason(event, visitor)
            return .platform(
                .say(RegistrationScreens.askZone(company: company, at: visitor.now, reason: reason, language))
            )
        }
    }

    private static func begin(_ event: Event, _ visitor: Visitor) -> Decision {
        let language = visitor.language
        switch event {
        case .command, .text:
            return .platform(
                .keepStep(.name),
                .say(RegistrationScreens.welcome(visitor.presence.firstName, language))
            )
        default:
            return .platform(
                .keepStep(.name),
                .say(RegistrationScreens.askNameAgain(RegistrationTexts.companyFirst(language), language))
            )
        }
    }

    private static func named(_ text: String, _ visitor: Visitor) -> Decision {
        let language = visitor.language
        do {
            let name = try CompanyName(text)
            return .platform(
                .keepStep(.zone(company: name.text)),
                .say(RegistrationScreens.askZone(company: name.text, at: visitor.now, language))
            )
        } catch {
            return .platform(.say(RegistrationScreens.askNameAgain(error.sentence(in: language), language)))
        }
    }

    private static func zoneWritten(_ text: String, _ company: String, _ visitor: Visitor) -> Decision {
        let language = visitor.language
        guard let zone = Cities.zone(named: text) else {
            let written = text.trimmingCharacters(in: .whitespacesAndNewlines).prefix(60)
            let reason = RegistrationRefusal.unknownZone(String(written)).sentence(in: language)
            return .platform(
                .say(RegistrationScreens.askZone(company: company, at: visitor.now, reason: reason, language))
            )
        }
        return register(company, zone, pressedMessage: nil, visitor)
    }

    private static func pressed(_ press: Press?, _ message: Int64?, _ visitor: Visitor) -> Decision {
        guard case .zone(let name) = press, case .zone(let company) = step(visitor),
            let zone = TimeZone(identifier: name)
        else { return Front.deadButton(visitor) }
        return register(company, zone, pressedMessage: message, visitor)
    }

    private static func register(
        _ company: String,
        _ zone: TimeZone,
        pressedMessage: Int64?,
        _ visitor: Visitor
    ) -> Decision {
        let language = visitor.language
        do {
            let name = try CompanyName(company)
            // A slot of its own each time: after a failure the old message lies far above.
            let slot = "registration:\(visitor.update)"
            let chosen = RegistrationScreens.zoneChosen(company: name.text, zone: zone, language)
            return .platform(
                .register(name, zone, slot: slot),
                pressedMessage.map { .edit(chosen, message: $0) } ?? .say(chosen),
                .say(RegistrationScreens.preparing(language), slot: slot)
            )
        } catch {
            return .platform(
                .keepStep(.name),
                .say(RegistrationScreens.askNameAgain(error.sentence(in: language), language))
            )
        }
    }

    private static func cancel(_ visitor: Visitor) -> Decision {
        let isBegun = step(visitor) != nil
        let text = isBegun ? RegistrationTexts.cancelled : MenuTexts.nothingToCancel
        return .platform(.keepStep(nil), .say(Screen(text(visitor.language))))
    }

    /// Why something other than text does not help now.
    private static func reason(_ event: Event, _ visitor: Visitor) -> String {
        switch event {
        case .recording, .video: RegistrationTexts.companyFirst(visitor.language)
        default: RegistrationTexts.nameNeedsText(visitor.language)
        }
    }

    private static func step(_ visitor: Visitor) -> RegistrationStep? { step(visitor.presence.step) }

    /// The message that says how far the preparation is, from what was left with the waiting chat.
    static func slot(_ json: String?) -> String {
        if case .preparing(let slot) = step(json) { slot } else { "registration" }
    }

    private static func step(_ json: String?) -> RegistrationStep? {
        guard let json else { return nil }
        do {
            return try JSONDecoder().decode(RegistrationStep.self, from: Data(json.utf8))
        } catch {
            // A step of another version: the conversation begins anew rather than standing still.
            return nil
        }
    }
}
