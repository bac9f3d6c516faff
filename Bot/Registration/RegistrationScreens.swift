import Foundation
import Kernel

/// The screens in which a company is registered.
enum RegistrationScreens {
    static func welcome(_ name: String, _ language: Language) -> Screen {
        var text = RichText(RegistrationTexts.welcome(name)(language))
        text.paragraph()
        text.bold(RegistrationTexts.askName(language))
        return Screen(text)
    }

    /// A refusal with the question that is still open.
    static func askNameAgain(_ reason: String, _ language: Language) -> Screen {
        var text = RichText(reason)
        text.paragraph()
        text.bold(RegistrationTexts.askName(language))
        return Screen(text)
    }

    /// Zones as buttons with the time that a clock shows there now: people know their hour better than their zone.
    static func askZone(company: String, at now: Date, reason: String? = nil, _ language: Language) -> Screen {
        var text = RichText()
        if let reason {
            text.append(reason)
            text.paragraph()
        }
        text.append(RegistrationTexts.askZone(company)(language))
        let buttons = Cities.offered(language).map { city -> Button in
            let time = TimeZone(identifier: city.zone).map { LocalTime(of: now, in: $0).description } ?? ""
            return .press("\(time) \(city.name(language))", .zone(city.zone))
        }
        let rows = stride(from: 0, to: buttons.count, by: 2).map { Array(buttons[$0..<min($0 + 2, buttons.count)]) }
        return Screen(text, buttons: rows)
    }

    static func zoneChosen(company: String, zone: TimeZone, _ language: Language) -> Screen {
        Screen(RegistrationTexts.zoneChosen(company, Cities.name(of: zone, language))(language))
    }

    static func preparing(_ language: Language) -> Screen { Screen(RegistrationTexts.preparing(language)) }

    static func ready(company: String, _ language: Language) -> Screen {
        var text = RichText(RegistrationTexts.ready(company)(language))
        text.paragraph()
        text.append(MenuTexts.invitation(language))
        return Screen(text, buttons: MenuScreens.menuButtons(language))
    }
}
