import Calls
import Kernel

/// Texts of the list of calls and of a call's page.
enum CallTexts {
    static let title = Wording(ru: "Звонки", en: "Calls", kk: "Қоңыраулар")
    static let emptyTitle = Wording(ru: "Пока нет ни одного звонка", en: "No calls yet", kk: "Әзірге қоңырау жоқ")
    static let emptyText = Wording(
        ru: "Отправьте запись боту: голосовым сообщением, аудио или файлом. Она появится здесь сама.",
        en: "Send a recording to the bot: a voice message, audio or a file. It will appear here by itself.",
        kk: "Ботқа жазба жіберіңіз: дауыстық хабарлама, аудио немесе файл. Ол осында өзі пайда болады."
    )
    static let olderEmpty = Wording(
        ru: "Более ранних звонков нет",
        en: "No earlier calls",
        kk: "Одан бұрынғы қоңырау жоқ"
    )
    static let older = Wording(ru: "Более ранние", en: "Earlier calls", kk: "Бұрынғылары")
    static let newest = Wording(ru: "К новым звонкам", en: "To the newest calls", kk: "Жаңа қоңырауларға")
    static let voiceMessage = Wording(ru: "Голосовое сообщение", en: "Voice message", kk: "Дауыстық хабарлама")
    static let received = Wording(ru: "получен", en: "received", kk: "алынды")
    static let transcriptFile = Wording(ru: "Скачать текст", en: "Download the text", kk: "Мәтінді жүктеп алу")

    static let columnTime = Wording(ru: "Время", en: "Time", kk: "Уақыты")
    static let columnCall = Wording(ru: "Запись", en: "Recording", kk: "Жазба")
    static let columnLength = Wording(ru: "Длина", en: "Length", kk: "Ұзақтығы")
    static let columnTalk = Wording(ru: "Кто говорил", en: "Who spoke", kk: "Кім сөйледі")
    static let columnConversion = Wording(ru: "Конверсия", en: "Conversion", kk: "Конверсия")
    static let columnScore = Wording(ru: "Чек-лист", en: "Checklist", kk: "Чек-парақ")

    static let conversion = Wording(ru: "Конверсия", en: "Conversion", kk: "Конверсия")
    static func conversionShort(_ verdict: Verdict) -> Wording {
        switch verdict {
        case .yes: Wording(ru: "Есть", en: "Yes", kk: "Бар")
        case .no: Wording(ru: "Нет", en: "No", kk: "Жоқ")
        case .undecided, .notApplicable: Wording(ru: "Не определено", en: "Undecided", kk: "Анықталмады")
        }
    }
    static func verdict(_ verdict: Verdict) -> Wording {
        switch verdict {
        case .yes: Wording(ru: "выполнено", en: "met", kk: "орындалды")
        case .no: Wording(ru: "не выполнено", en: "not met", kk: "орындалмады")
        case .notApplicable: Wording(ru: "не требовалось", en: "not applicable", kk: "қажет болмады")
        case .undecided: Wording(ru: "не определено", en: "undecided", kk: "анықталмады")
        }
    }

    static let checklist = Wording(ru: "Чек-лист", en: "Checklist", kk: "Чек-парақ")
    static let statistics = Wording(ru: "Разговор", en: "Conversation", kk: "Әңгіме")
    static let transcript = Wording(ru: "Расшифровка", en: "Transcript", kk: "Мәтіні")
    static let silence = Wording(ru: "Тишина", en: "Silence", kk: "Үнсіздік")
    static let longestSilence = Wording(ru: "Самая долгая пауза", en: "Longest pause", kk: "Ең ұзақ үзіліс")
    static let interruptions = Wording(ru: "Перебивания", en: "Interruptions", kk: "Сөзді бөлу")
    static let speech = Wording(ru: "Речь", en: "Speech", kk: "Сөз")

    static let oneChannel = Wording(
        ru: "Запись в одном канале: кто говорит, не определить.",
        en: "One channel: who speaks cannot be told.",
        kk: "Жазба бір арналы: кім сөйлейтінін анықтау мүмкін емес."
    )
    static let noSpeech = Wording(
        ru: "В записи нет речи: гудки, тишина или музыка.",
        en: "Nobody speaks in the recording: tones, silence or music.",
        kk: "Жазбада сөз жоқ: гудок, үнсіздік немесе музыка."
    )
}

/// Texts of a call on its way.
enum ProgressTexts {
    static let stages: [Wording] = [
        Wording(ru: "Получено", en: "Received", kk: "Алынды"),
        Wording(ru: "Расшифровка", en: "Transcription", kk: "Мәтінге айналдыру"),
        Wording(ru: "Анализ", en: "Analysis", kk: "Талдау"),
    ]

    static func queued(_ place: Int?) -> Wording {
        guard let place else { return Wording(ru: "В очереди", en: "In the queue", kk: "Кезекте") }
        return Wording(ru: "В очереди: \(place)-й", en: "Number \(place) in the queue", kk: "Кезекте: \(place)-ші")
    }

    static let transcribing = Wording(ru: "Расшифровка", en: "Transcribing", kk: "Мәтінге айналуда")
    static let analysing = Wording(ru: "Анализ", en: "Analysing", kk: "Талдануда")
    static let failed = Wording(ru: "Не обработан", en: "Not processed", kk: "Өңделмеді")
    static let waiting = Wording(
        ru: "Служба распознавания сейчас не отвечает. Запись сохранена, продолжим сами.",
        en: "The speech service does not answer now. The recording is safe, we go on by ourselves.",
        kk: "Қазір тану қызметі жауап бермейді. Жазба сақталды, өзіміз жалғастырамыз."
    )
    static let waitingShort = Wording(ru: "Ждёт службу", en: "Waiting for a service", kk: "Қызметті күтуде")
    static let note = Wording(
        ru: "Страница обновится сама.",
        en: "The page updates by itself.",
        kk: "Бет өзі жаңарады."
    )
}

/// Names of the player's controls.
enum PlayerTexts {
    static let name = Wording(ru: "Проигрыватель", en: "Player", kk: "Ойнатқыш")
    static let play = Wording(ru: "Слушать (пробел)", en: "Play (space)", kk: "Тыңдау (бос орын)")
    static let pause = Wording(ru: "Пауза (пробел)", en: "Pause (space)", kk: "Кідірту (бос орын)")
    static let back = Wording(ru: "Назад на 5 секунд (←)", en: "Back 5 seconds (←)", kk: "5 секунд артқа (←)")
    static let forward = Wording(ru: "Вперёд на 5 секунд (→)", en: "Forward 5 seconds (→)", kk: "5 секунд алға (→)")
    static let position = Wording(ru: "Место в записи", en: "Position", kk: "Жазбадағы орын")
    static let speed = Wording(ru: "Скорость", en: "Speed", kk: "Жылдамдық")
    static func playFrom(_ time: String) -> Wording {
        Wording(ru: "Слушать с \(time)", en: "Play from \(time)", kk: "\(time) бастап тыңдау")
    }
    static let broken = Wording(
        ru: "Аудио не загрузилось. Обновите страницу.",
        en: "The audio did not load. Reload the page.",
        kk: "Аудио жүктелмеді. Бетті жаңартыңыз."
    )
}
