import Kernel

/// The words about a company's own bot.
enum OwnBotTexts {
    static let stranger = Wording(
        ru: "Это бот одной компании, он отвечает только её сотрудникам, а вас среди них нет.",
        en: "This is the bot of one company. It answers its people only, and you are not among them.",
        kk: "Бұл бір компанияның боты, ол тек оның қызметкерлеріне жауап береді, ал сіз олардың арасында жоқсыз."
    )

    static func elsewhere(_ sharedBot: String) -> Wording {
        Wording(
            ru: "Свою компанию можно подключить здесь: @\(sharedBot).",
            en: "A company of your own can be connected here: @\(sharedBot).",
            kk: "Өз компанияңызды мына жерде қосуға болады: @\(sharedBot)."
        )
    }
}
