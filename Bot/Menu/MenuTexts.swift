import Kernel

/// The words of the main menu, the help and the list of commands.
enum MenuTexts {
    static func greeting(_ name: String, _ company: String) -> Wording {
        Wording(
            ru: "Здравствуйте, \(name). Компания: \(company).",
            en: "Hello, \(name). Company: \(company).",
            kk: "Сәлеметсіз бе, \(name). Компания: \(company)."
        )
    }

    static let invitation = Wording(
        ru: "Пришлите запись разговора или задайте вопрос обычными словами.",
        en: "Send a recording of a call, or ask a question in plain words.",
        kk: "Әңгіме жазбасын жіберіңіз немесе сұрақты кәдімгі сөзбен қойыңыз."
    )

    static let send = Wording(ru: "Отправить запись", en: "Send a recording", kk: "Жазба жіберу")
    static let ask = Wording(ru: "Задать вопрос", en: "Ask a question", kk: "Сұрақ қою")
    static let digest = Wording(ru: "Дайджест за сегодня", en: "Today's digest", kk: "Бүгінгі дайджест")
    static let panel = Wording(ru: "Открыть панель", en: "Open the panel", kk: "Панельді ашу")
    static let language = Wording(ru: "Язык", en: "Language", kk: "Тіл")
    static let digestTime = Wording(ru: "Время дайджеста", en: "Digest time", kk: "Дайджест уақыты")
    static let back = Wording(ru: "Меню", en: "Menu", kk: "Мәзір")

    static let howToSend = Wording(
        ru: """
            Пришлите сюда запись: голосовое сообщение, аудио или файл до 20 МБ.
            Подойдут ogg, mp3, wav, m4a и flac.
            В стереозаписи левый канал — оператор, правый — клиент.
            """,
        en: """
            Send a recording here: a voice message, audio or a file up to 20 MB.
            ogg, mp3, wav, m4a and flac will do.
            In a stereo recording the left channel is the operator, the right one the client.
            """,
        kk: """
            Жазбаны осында жіберіңіз: дауыстық хабар, аудио немесе 20 МБ-қа дейінгі файл.
            ogg, mp3, wav, m4a және flac жарайды.
            Стерео жазбада сол жақ арна — оператор, оң жақ арна — клиент.
            """
    )

    static let howToAsk = Wording(
        ru: "Напишите вопрос обычными словами. Я отвечу местами из разговоров, и каждое можно будет послушать.",
        en: "Write a question in plain words. I answer with places in calls, and each of them can be heard.",
        kk: "Сұрақты кәдімгі сөзбен жазыңыз. Мен әңгімелерден үзінді келтіремін, әрқайсысын тыңдауға болады."
    )

    /// Questions that a press asks at once.
    static let examples = [
        Wording(
            ru: "Жаловался ли кто-то на грубость?",
            en: "Did anybody complain about rudeness?",
            kk: "Біреу дөрекілікке шағымданды ма?"
        ),
        Wording(
            ru: "Кто просил перезвонить?",
            en: "Who asked to be called back?",
            kk: "Кім қайта қоңырау шалуды сұрады?"
        ),
        Wording(ru: "Кто говорил, что дорого?", en: "Who said it was expensive?", kk: "Кім қымбат деді?"),
    ]

    static let help = Wording(
        ru: """
            Я слушаю записи продаж и говорю, что в них было.

            Запись — разберу: кто сколько говорил, чем кончилось, что оператор сделал и чего не сделал.
            Вопрос — найду места в разговорах.

            /menu — главное меню
            /digest — сегодняшний день одним сообщением
            /panel — одноразовая ссылка в панель
            /language — язык
            /bot — свой бот компании
            /cancel — прервать начатое
            """,
        en: """
            I listen to sales calls and say what was in them.

            A recording: who spoke how much, how it ended, what the operator did and did not do.
            A question: the places in calls that answer it.

            /menu — main menu
            /digest — today in one message
            /panel — a one-time link to the panel
            /language — language
            /bot — the company's own bot
            /cancel — stop what was begun
            """,
        kk: """
            Мен сату қоңырауларын тыңдап, оларда не болғанын айтамын.

            Жазба — талдаймын: кім қанша сөйледі, немен аяқталды, оператор не істеді және не істемеді.
            Сұрақ — әңгімелерден керек жерлерін табамын.

            /menu — негізгі мәзір
            /digest — бүгінгі күн бір хабарда
            /panel — панельге бір реттік сілтеме
            /language — тіл
            /bot — компанияның өз боты
            /cancel — бастаған істі тоқтату
            """
    )

    static let unknownCommand = Wording(
        ru: "Такой команды нет. Список — /help.",
        en: "There is no such command. See /help.",
        kk: "Мұндай команда жоқ. Тізімі — /help."
    )

    static let nothingToCancel = Wording(
        ru: "Прерывать нечего.",
        en: "There is nothing to stop.",
        kk: "Тоқтататын ештеңе жоқ."
    )

    static let deadButton = Wording(
        ru: "Эта кнопка больше не действует.",
        en: "This button no longer works.",
        kk: "Бұл батырма енді жұмыс істемейді."
    )

    static let notAnOwner = Wording(
        ru: "Это может только владелец компании.",
        en: "Only the owner of the company may do this.",
        kk: "Мұны тек компания иесі жасай алады."
    )

    static let groups = Wording(
        ru: "Пока я работаю только в личной переписке. Напишите мне туда: /start.",
        en: "For now I work in private chats only. Write to me there: /start.",
        kk: "Әзірге тек жеке чатта жұмыс істеймін. Сонда жазыңыз: /start."
    )

    static let chooseDigestTime = Wording(
        ru: "Когда присылать дайджест о прошедшем дне?",
        en: "When should the digest about the previous day come?",
        kk: "Өткен күннің дайджесін қашан жіберейін?"
    )

    static func digestTimeSet(_ time: String, _ zone: String) -> Wording {
        Wording(
            ru: "Дайджест будет приходить каждый день в \(time) (\(zone)).",
            en: "The digest will come every day at \(time) (\(zone)).",
            kk: "Дайджест күн сайын сағат \(time) болғанда келеді (\(zone))."
        )
    }

    /// The commands as Telegram lists them; order is that of the list.
    static let commands: [(command: String, description: Wording)] = [
        ("menu", Wording(ru: "Главное меню", en: "Main menu", kk: "Негізгі мәзір")),
        ("digest", Wording(ru: "Сегодняшний день", en: "Today so far", kk: "Бүгінгі күн")),
        ("panel", Wording(ru: "Ссылка в панель", en: "Link to the panel", kk: "Панельге сілтеме")),
        ("language", Wording(ru: "Язык", en: "Language", kk: "Тіл")),
        ("bot", Wording(ru: "Свой бот компании", en: "The company's own bot", kk: "Компанияның өз боты")),
        ("help", Wording(ru: "Что я умею", en: "What I can do", kk: "Не істей аламын")),
        ("cancel", Wording(ru: "Прервать начатое", en: "Stop what was begun", kk: "Бастағанды тоқтату")),
    ]
}
