import Accounts
import Jobs
import Kernel

/// What follows when somebody asks for the company's own bot, or sends the token of one.
enum OwnBotFlow {
    /// Whoever sent a token and whatever for: it does not stay in the chat.
    static func sent(_ token: SentToken, _ visitor: Visitor) -> Decision {
        let language = visitor.language
        let taken = visitor.message.map { [Effect.delete($0)] } ?? []
        guard let membership = visitor.membership else {
            let text =
                visitor.scope == .shared ? OwnBotTexts.tokenWithoutCompany(language) : OwnBotTexts.stranger(language)
            return Decision(.platform, taken + [.say(Screen(text))])
        }
        guard membership.role == .owner else {
            return Decision(.platform, taken + [.say(Screen(OwnBotTexts.tokenOfNoOwner(language)))])
        }
        return Decision(.platform, taken + [.addBot(token)])
    }

    static func asked(_ visitor: Visitor, _ membership: Membership) -> Decision {
        guard membership.role == .owner else {
            return .platform(.say(Screen(MenuTexts.notAnOwner(visitor.language))))
        }
        return .platform(.showOwnBot)
    }

    static func pressed(
        _ bot: BotID,
        isToRun: Bool,
        _ message: Int64?,
        _ visitor: Visitor,
        _ membership: Membership
    ) -> Decision {
        guard membership.role == .owner else {
            return Decision(.platform, [], notice: MenuTexts.notAnOwner(visitor.language))
        }
        // What is said over the chat follows from what was really changed: the button may name another's bot.
        return .platform(.setOwnBot(bot, isToRun: isToRun, message: message))
    }
}
