import Kernel

/// Texts of the frame around every page.
enum PanelTexts {
    static let product = Wording(ru: "Звонарь", en: "Zvonar", kk: "Звонарь")
    static let calls = Wording(ru: "Звонки", en: "Calls", kk: "Қоңыраулар")
    static let signOut = Wording(ru: "Выйти", en: "Sign out", kk: "Шығу")
    static let skipToContent = Wording(ru: "К содержанию", en: "Skip to content", kk: "Мазмұнға өту")
    static let today = Wording(ru: "Сегодня", en: "Today", kk: "Бүгін")
    static let yesterday = Wording(ru: "Вчера", en: "Yesterday", kk: "Кеше")
    static let connectionLost = Wording(
        ru: "Связь с сервером потеряна, пробуем снова…",
        en: "Connection lost, trying again…",
        kk: "Сервермен байланыс үзілді, қайта қосылып жатырмыз…"
    )
}

/// Texts of pages that say no or that something broke.
enum ErrorTexts {
    static let notFoundTitle = Wording(ru: "Такой страницы нет", en: "There is no such page", kk: "Мұндай бет жоқ")
    static let notFoundBody = Wording(
        ru: "Возможно, ссылка устарела или запись удалена.",
        en: "The link may be old, or the recording was deleted.",
        kk: "Сілтеме ескірген немесе жазба жойылған болуы мүмкін."
    )
    static let forbiddenTitle = Wording(ru: "Действие не выполнено", en: "Nothing was done", kk: "Әрекет орындалмады")
    static let forbiddenBody = Wording(
        ru: "Страница устарела или запрос пришёл с другого сайта. Обновите страницу и повторите.",
        en: "The page is out of date, or the request came from another site. Reload the page and try again.",
        kk: "Бет ескірген немесе сұрау басқа сайттан келді. Бетті жаңартып, қайталаңыз."
    )
    static let signInTitle = Wording(ru: "Вход через бота", en: "Sign in through the bot", kk: "Бот арқылы кіру")
    static let signInBody = Wording(
        ru: "Откройте чат с ботом и нажмите «Открыть панель»: он пришлёт одноразовую ссылку на 10 минут.",
        en: "Open the chat with the bot and press “Open the panel”: it sends a one-time link for 10 minutes.",
        kk: "Ботпен чатты ашып, «Панельді ашу» түймесін басыңыз: бот 10 минутқа бір реттік сілтеме жібереді."
    )
    static let tooLargeTitle = Wording(
        ru: "Слишком большой запрос",
        en: "The request is too large",
        kk: "Сұрау тым үлкен"
    )
    static let badRequestTitle = Wording(
        ru: "Запрос не понят",
        en: "The request makes no sense",
        kk: "Сұрау түсініксіз"
    )
    static let badRequestBody = Wording(
        ru: "Вернитесь к списку звонков и попробуйте ещё раз.",
        en: "Go back to the list of calls and try again.",
        kk: "Қоңыраулар тізіміне оралып, қайталап көріңіз."
    )
    static let otherHostTitle = Wording(
        ru: "Здесь другой адрес",
        en: "This is another address",
        kk: "Мұнда басқа мекенжай"
    )
    static let otherHostBody = Wording(
        ru: "По этому адресу панель не открывается. Нажмите «Открыть панель» в чате с ботом: он пришлёт верную ссылку.",
        en:
            "The panel is not served at this address. Press “Open the panel” in the chat with the bot for the right link.",
        kk: "Панель бұл мекенжайда ашылмайды. Ботпен чатта «Панельді ашу» түймесін басыңыз: ол дұрыс сілтеме жібереді."
    )
    static let faultTitle = Wording(ru: "Что-то сломалось", en: "Something broke", kk: "Бірдеңе бұзылды")
    static let faultBody = Wording(
        ru: "Мы уже записали, что случилось. Обновите страницу; если не поможет, сообщите нам этот номер:",
        en: "What happened has been logged. Reload the page; if that does not help, tell us this number:",
        kk: "Не болғаны жазылып алынды. Бетті жаңартыңыз; көмектеспесе, осы нөмірді бізге хабарлаңыз:"
    )
    static let awayTitle = Wording(
        ru: "Данные сейчас недоступны",
        en: "The data cannot be reached just now",
        kk: "Деректер қазір қолжетімсіз"
    )
    static let awayBody = Wording(
        ru: "Ничего не потеряно. Страница откроется сама, как только всё заработает; если ждать приходится долго, "
            + "сообщите нам этот номер:",
        en: "Nothing is lost. The page opens by itself as soon as all works again; if that takes long, tell us this "
            + "number:",
        kk: "Ештеңе жоғалған жоқ. Бәрі қалпына келгенде бет өзі ашылады; ұзақ күтуге тура келсе, осы нөмірді бізге "
            + "хабарлаңыз:"
    )
    static let toCalls = Wording(ru: "К списку звонков", en: "To the list of calls", kk: "Қоңыраулар тізіміне")
}
