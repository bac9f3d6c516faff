import Kernel

/// What a person is told when something failed on our side.
enum IncidentTexts {
    /// The database of a company does not answer.
    static let waits = Wording(
        ru: "Данные вашей компании сейчас недоступны, мы уже разбираемся. Сообщение сохранено: отвечу, как только "
            + "всё заработает, повторять не нужно.",
        en: "Your company's data cannot be reached just now, we are looking into it. Your message is kept: I will "
            + "answer as soon as all works again, there is no need to repeat it.",
        kk: "Компанияңыздың деректері қазір қолжетімсіз, мәселені шешіп жатырмыз. Хабарламаңыз сақталды: бәрі "
            + "қалпына келгенде жауап беремін, қайталаудың қажеті жоқ."
    )

    static func failed(_ incident: Incident) -> Wording {
        Wording(
            ru: "Что-то сломалось у нас. Ничего не потеряно. Попробуйте ещё раз, "
                + "а если не поможет, назовите поддержке номер \(incident).",
            en: "Something broke on our side. Nothing is lost. Please try again, "
                + "and if that does not help, give support the number \(incident).",
            kk: "Біздің тарапта ақау болды. Ештеңе жоғалған жоқ. Қайта көріңіз, "
                + "көмектеспесе, қолдау қызметіне \(incident) нөмірін айтыңыз."
        )
    }
}
