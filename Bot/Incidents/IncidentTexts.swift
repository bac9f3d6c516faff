import Kernel

/// What a person is told when something failed on our side.
enum IncidentTexts {
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
