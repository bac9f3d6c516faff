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
}
