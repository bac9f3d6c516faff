import Kernel

/// The words of the conversation in which a company is registered.
enum RegistrationTexts {
    static func welcome(_ name: String) -> Wording {
        Wording(
            ru: "Здравствуйте, \(name). Я слушаю записи звонков и говорю, что в них было.",
            en: "Hello, \(name). I listen to recorded calls and say what was in them.",
            kk: "Сәлеметсіз бе, \(name). Мен жазылған қоңырауларды тыңдап, не болғанын айтамын."
        )
    }

    static let askName = Wording(
        ru: "Как называется ваша компания?",
        en: "What is your company called?",
        kk: "Компанияңыз қалай аталады?"
    )

    static func askZone(_ company: String) -> Wording {
        Wording(
            ru: "\(company). Который у вас час? Выберите город вашего пояса или напишите другой.",
            en: "\(company). What time is it with you? Choose a city of your time zone, or write another.",
            kk: "\(company). Сізде сағат қанша? Белдеуіңіздегі қаланы таңдаңыз немесе басқасын жазыңыз."
        )
    }

    static func zoneChosen(_ company: String, _ zone: String) -> Wording {
        Wording(
            ru: "Компания: \(company). Часовой пояс: \(zone).",
            en: "Company: \(company). Time zone: \(zone).",
            kk: "Компания: \(company). Уақыт белдеуі: \(zone)."
        )
    }

    static let preparing = Wording(
        ru: "Готовлю всё для вашей компании…",
        en: "Preparing everything for your company…",
        kk: "Компанияңызға бәрін дайындап жатырмын…"
    )

    static let stillPreparing = Wording(
        ru: "Ещё готовлю. Это займёт несколько секунд, я напишу.",
        en: "Still preparing. It takes a few seconds, I will write.",
        kk: "Әлі дайындап жатырмын. Бірнеше секунд керек, өзім жазамын."
    )

    static func ready(_ company: String) -> Wording {
        Wording(
            ru: "Готово. Компания «\(company)» зарегистрирована, вы её владелец.",
            en: "Done. The company “\(company)” is registered, and you are its owner.",
            kk: "Дайын. «\(company)» компаниясы тіркелді, сіз оның иесісіз."
        )
    }

    static let failed = Wording(
        ru: "Подготовить компанию не удалось. Мы уже знаем об этом. Попробуйте ещё раз: /start.",
        en: "The company could not be prepared. We know about it. Please try again: /start.",
        kk: "Компанияны дайындау мүмкін болмады. Біз бұл туралы білеміз. Қайта көріңіз: /start."
    )

    static let cancelled = Wording(
        ru: "Хорошо, не сейчас. Начать снова: /start.",
        en: "All right, not now. To begin again: /start.",
        kk: "Жақсы, қазір емес. Қайта бастау: /start."
    )

    static let companyFirst = Wording(
        ru: "Сначала зарегистрируем компанию: так запись увидите только вы и ваши люди.",
        en: "Let us register the company first: then only you and your people see the recording.",
        kk: "Алдымен компанияны тіркейік: сонда жазбаны тек сіз және адамдарыңыз көреді."
    )

    static let nameNeedsText = Wording(
        ru: "Напишите название компании текстом.",
        en: "Write the company's name as text.",
        kk: "Компания атауын мәтінмен жазыңыз."
    )
}
