import Accounts
import Jobs
import Kernel

/// The first decision about everything that a person does: pure, so that a repetition decides alike.
enum Front {
    static func decide(_ event: Event, _ visitor: Visitor) -> Decision {
        switch event {
        case .group: return .platform(.tellGroup)
        case .blocked(let isBlocked): return .platform(.setBlocked(isBlocked))
        case .command("language"), .press(.languages, _):
            return .platform(.say(LanguageScreens.choice(visitor.language)))
        case .press(.language(let language), let message): return chose(language, message, visitor)
        case .token(let token): return OwnBotFlow.sent(token, visitor)
        default: break
        }
        guard let membership = visitor.membership else {
            guard case .company(_, let sharedBot) = visitor.scope else {
                return RegistrationFlow.decide(event, visitor)
            }
            return stranger(event, visitor, sharedBot: sharedBot)
        }
        return MemberFront.decide(event, visitor, membership)
    }

    static func deadButton(_ visitor: Visitor) -> Decision {
        Decision(.platform, [], notice: MenuTexts.deadButton(visitor.language))
    }

    /// A company's own bot registers nobody and says nothing of the company.
    private static func stranger(_ event: Event, _ visitor: Visitor, sharedBot: String?) -> Decision {
        if case .press = event { return deadButton(visitor) }
        return .platform(.say(OwnBotScreens.stranger(sharedBot: sharedBot, visitor.language)))
    }

    private static func chose(_ language: Language, _ message: Int64?, _ visitor: Visitor) -> Decision {
        let chosen = LanguageScreens.chosen(language)
        var effects = [Effect.setLanguage(language)]
        if let message { effects.append(.edit(LanguageScreens.choice(language), message: message)) }
        if let membership = visitor.membership {
            effects.append(.say(MenuScreens.menu(company: membership.companyName, language)))
        }
        return Decision(.platform, effects, notice: chosen)
    }
}
