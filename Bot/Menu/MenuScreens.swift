import Kernel

/// The main menu and what stands one press behind it.
enum MenuScreens {
    static func greeting(_ name: String, company: String, _ language: Language) -> Screen {
        var text = RichText(MenuTexts.greeting(name, company)(language))
        text.paragraph()
        text.append(MenuTexts.invitation(language))
        return Screen(text, buttons: menuButtons(language))
    }

    static func menu(company: String, _ language: Language) -> Screen {
        var text = RichText()
        text.bold(company)
        text.line()
        text.append(MenuTexts.invitation(language))
        return Screen(text, buttons: menuButtons(language))
    }

    static func menuButtons(_ language: Language) -> [[Button]] {
        [
            [.press(MenuTexts.send(language), .howToSend), .press(MenuTexts.ask(language), .howToAsk)],
            [.press(MenuTexts.digest(language), .digest)],
            [.press(MenuTexts.panel(language), .panel)],
            [.press(MenuTexts.language(language), .languages), .press(MenuTexts.digestTime(language), .digestTimes)],
        ]
    }

    static func howToSend(_ language: Language) -> Screen { Screen(MenuTexts.howToSend(language)) }

    static func howToAsk(_ language: Language) -> Screen {
        Screen(
            MenuTexts.howToAsk(language),
            buttons: MenuTexts.examples.enumerated().map { [.press($1(language), .example($0))] }
        )
    }

    static func help(_ language: Language) -> Screen { Screen(MenuTexts.help(language)) }

    /// Hours at which a working day begins or ends; a row of three is still easy to hit with a thumb.
    static func digestTimes(_ current: String, _ language: Language) -> Screen {
        let times = ["07:00", "08:00", "09:00", "10:00", "12:00", "18:00"]
        let buttons = times.map { time in
            Button.press(time == current ? "✅ \(time)" : time, .digestTime(time))
        }
        return Screen(MenuTexts.chooseDigestTime(language), buttons: [Array(buttons[..<3]), Array(buttons[3...])])
    }
}
