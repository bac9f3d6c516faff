import Kernel

/// The words about a recording on its way.
enum RecordingTexts {
    static let received = Wording(
        ru: "Запись получена.",
        en: "The recording has arrived.",
        kk: "Жазба алынды."
    )

    static func place(_ number: Int) -> Wording {
        Wording(
            ru: "Запись получена. Место в очереди: \(number).",
            en: "The recording has arrived. Place in the queue: \(number).",
            kk: "Жазба алынды. Кезектегі орны: \(number)."
        )
    }

    static let next = Wording(
        ru: "Запись получена. Сейчас начну.",
        en: "The recording has arrived. It is next.",
        kk: "Жазба алынды. Қазір бастаймын."
    )

    static let transcribing = Wording(ru: "Распознаю речь…", en: "Transcribing…", kk: "Сөзді танып жатырмын…")

    static func transcribing(percent: Int) -> Wording {
        Wording(
            ru: "Распознаю речь: \(percent) %",
            en: "Transcribing: \(percent) %",
            kk: "Сөзді танып жатырмын: \(percent) %"
        )
    }

    static let waiting = Wording(
        ru: "Распознавание речи сейчас не отвечает. Запись сохранена и ждёт, результат придёт сам.",
        en: "Speech recognition does not answer now. The recording is kept and waits, the result will come by itself.",
        kk: "Сөзді тану қазір жауап бермейді. Жазба сақталды және күтіп тұр, нәтиже өзі келеді."
    )

    static let analysing = Wording(
        ru: "Анализирую разговор…",
        en: "Analysing the conversation…",
        kk: "Әңгімені талдап жатырмын…"
    )

    static let done = Wording(ru: "Готово.", en: "Done.", kk: "Дайын.")

    static let repeated = Wording(
        ru: "Эта запись уже была. Вот её разбор.",
        en: "This recording has been here before. Here is its result.",
        kk: "Бұл жазба бұрын болған. Міне, оның талдауы."
    )

    static let repeatedUnfinished = Wording(
        ru: "Эта запись уже в работе. Результат придёт, когда будет готов.",
        en: "This recording is already being worked on. The result will come when it is ready.",
        kk: "Бұл жазба жұмыста. Нәтиже дайын болғанда келеді."
    )

    static let noRoom = Wording(
        ru: "На сервере сейчас нет места для записи. Она не потеряна: заберу её, как только место появится.",
        en: "There is no room for the recording on the server now. It is not lost: I will fetch it once there is.",
        kk: "Қазір серверде жазбаға орын жоқ. Ол жоғалған жоқ: орын пайда болғанда аламын."
    )

    static let resultReady = Wording(ru: "Результат готов.", en: "The result is ready.", kk: "Нәтиже дайын.")

    static let showResult = Wording(ru: "Показать результат", en: "Show the result", kk: "Нәтижені көрсету")

    static func tooLarge(_ megabytes: Int) -> Wording {
        Wording(
            ru: "Файл слишком большой: Telegram отдаёт ботам не больше \(megabytes) МБ. "
                + "Сожмите запись в mp3 или ogg и пришлите ещё раз.",
            en: "The file is too large: Telegram gives bots no more than \(megabytes) MB. "
                + "Compress the recording to mp3 or ogg and send it again.",
            kk: "Файл тым үлкен: Telegram боттарға \(megabytes) МБ-тан артық бермейді. "
                + "Жазбаны mp3 немесе ogg түріне сығып, қайта жіберіңіз."
        )
    }

    static let gone = Wording(
        ru: "Telegram больше не отдаёт этот файл. Пришлите запись ещё раз.",
        en: "Telegram no longer gives this file out. Send the recording again.",
        kk: "Telegram бұл файлды енді бермейді. Жазбаны қайта жіберіңіз."
    )

    static let video = Wording(
        ru: "Видео я не слушаю. Пришлите звук: голосовое сообщение, аудио или файл.",
        en: "I do not listen to video. Send sound: a voice message, audio or a file.",
        kk: "Бейнені тыңдамаймын. Дыбысты жіберіңіз: дауыстық хабар, аудио немесе файл."
    )

    static let notARecording = Wording(
        ru: "Я понимаю записи разговоров (голос, аудио, файл) и вопросы текстом.",
        en: "I take recordings of calls (voice, audio, a file) and questions in text.",
        kk: "Мен әңгіме жазбаларын (дауыс, аудио, файл) және мәтін түріндегі сұрақтарды қабылдаймын."
    )
}
