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

    static let howTo = Wording(
        ru: """
            У компании может быть свой бот: со своим именем и картинкой, только для её сотрудников.

            1. Откройте @BotFather и отправьте ему /newbot.
            2. Пришлите сюда токен, который он даст. Я проверю его, сохраню зашифрованным, а сообщение с ним уберу из чата.
            """,
        en: """
            A company may have a bot of its own, with its own name and picture, for its people only.

            1. Open @BotFather and send it /newbot.
            2. Send me the token that it gives. I check it, keep it encrypted and take the message away from this chat.
            """,
        kk: """
            Компанияның өз боты бола алады: өз атымен және суретімен, тек қызметкерлері үшін.

            1. @BotFather-ді ашып, оған /newbot жіберіңіз.
            2. Ол берген токенді осында жіберіңіз. Мен оны тексеремін, шифрлап сақтаймын, ал хабарды чаттан өшіремін.
            """
    )

    static func heading(_ name: String) -> Wording {
        Wording(
            ru: "Свой бот компании: \(name).",
            en: "The company's own bot: \(name).",
            kk: "Компанияның өз боты: \(name)."
        )
    }

    static let runs = Wording(ru: "Он работает.", en: "It works.", kk: "Ол жұмыс істеп тұр.")
    static let standsStill = Wording(ru: "Он остановлен.", en: "It is stopped.", kk: "Ол тоқтатылған.")
    static let refused = Wording(
        ru: "Он не работает: Telegram не принимает его токен. Возьмите новый у @BotFather (/token) и пришлите сюда.",
        en: "It does not work: Telegram refuses its token. Take a new one from @BotFather (/token) and send it here.",
        kk: "Ол жұмыс істемейді: Telegram токенін қабылдамайды. @BotFather-ден жаңасын алып (/token), осында жіберіңіз."
    )
    static let stop = Wording(ru: "Остановить", en: "Stop", kk: "Тоқтату")
    static let resume = Wording(ru: "Включить", en: "Start", kk: "Қосу")
    static let stopped = Wording(ru: "Бот остановлен.", en: "The bot is stopped.", kk: "Бот тоқтатылды.")
    static let resumed = Wording(ru: "Бот включён.", en: "The bot is started.", kk: "Бот қосылды.")

    static func added(_ username: String) -> Wording {
        Wording(
            ru: "Бот @\(username) подключён. Откройте его и нажмите «Старт». Сообщение с токеном я убираю из чата.",
            en: "Bot @\(username) is connected. Open it and press Start. I take the message with the token away.",
            kk: "@\(username) боты қосылды. Оны ашып, «Старт» басыңыз. Токені бар хабарды чаттан өшіремін."
        )
    }

    static let tokenWithoutCompany = Wording(
        ru: "Это токен бота. Я его не сохраняю и убираю из чата: сначала зарегистрируйте компанию, /start.",
        en: "That is a bot's token. I do not keep it and take it away from the chat: register a company first, /start.",
        kk: "Бұл боттың токені. Мен оны сақтамаймын және чаттан өшіремін: алдымен компанияны тіркеңіз, /start."
    )

    static let tokenOfNoOwner = Wording(
        ru: "Это токен бота. Я его не сохраняю и убираю из чата: подключить бота может только владелец компании.",
        en: "That is a bot's token. I do not keep it and take it away: only the company's owner may connect a bot.",
        kk: "Бұл боттың токені. Мен оны сақтамаймын және чаттан өшіремін: ботты тек компания иесі қоса алады."
    )
}
