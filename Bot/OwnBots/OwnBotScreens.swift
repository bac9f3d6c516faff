import Jobs
import Kernel

/// A company's own bot, as it looks to strangers and to the owner.
enum OwnBotScreens {
    static func stranger(sharedBot: String?, _ language: Language) -> Screen {
        var text = RichText(OwnBotTexts.stranger(language))
        if let sharedBot {
            text.line()
            text.append(OwnBotTexts.elsewhere(sharedBot)(language))
        }
        return Screen(text)
    }

    static func added(_ username: String, _ language: Language) -> Screen {
        Screen(OwnBotTexts.added(username)(language))
    }

    /// Nil where there is none yet.
    static func state(of bot: StoredBot?, _ language: Language) -> Screen {
        guard let bot else { return Screen(OwnBotTexts.howTo(language)) }
        return state(bot.id, bot.name, stopped: bot.stopped, byHand: bot.isStoppedByHand, language)
    }

    static func state(
        _ id: BotID,
        _ name: String,
        stopped: String?,
        byHand: Bool,
        _ language: Language
    ) -> Screen {
        var text = RichText(OwnBotTexts.heading(name)(language))
        text.line()
        guard stopped != nil else {
            text.append(OwnBotTexts.runs(language))
            return Screen(text, buttons: [[.press(OwnBotTexts.stop(language), .stopBot(id))]])
        }
        text.append((byHand ? OwnBotTexts.standsStill : OwnBotTexts.refused)(language))
        return Screen(text, buttons: [[.press(OwnBotTexts.resume(language), .resumeBot(id))]])
    }
}
