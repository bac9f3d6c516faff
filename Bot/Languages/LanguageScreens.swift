import Kernel

/// The choice of a language, which everybody can read before having chosen.
enum LanguageScreens {
    static let chosen = Wording(
        ru: "Говорю по-русски.",
        en: "I speak English now.",
        kk: "Қазақша сөйлеймін."
    )

    static func choice(_ current: Language) -> Screen {
        var text = RichText()
        for language in Language.allCases {
            if !text.isEmpty { text.line() }
            text.append(invitation(language))
        }
        let buttons = Language.allCases.map { language in
            [Button.press((language == current ? "✅ " : "") + name(language), .language(language))]
        }
        return Screen(text, buttons: buttons)
    }

    private static let invitation = Wording(ru: "Выберите язык.", en: "Choose a language.", kk: "Тілді таңдаңыз.")

    /// A language by its own name.
    private static func name(_ language: Language) -> String {
        switch language {
        case .russian: "Русский"
        case .english: "English"
        case .kazakh: "Қазақша"
        }
    }
}
