public import Kernel

/// Why a file is not taken as a recording, and what its sender can do about it.
public enum RecordingRefusal: Refusal, Equatable {
    /// What a file that is not a recording turned out to be.
    public enum FileKind: Sendable, Equatable {
        case pdf, text, webPage, image, archive, document, program, unknown
    }

    case emptyFile
    case notAudio(found: FileKind)
    /// A list of addresses, which we never follow.
    case playlist
    case noAudioTrack
    /// Sound in a container that we do not open, such as MIDI.
    case unsupportedFormat(mime: String)
    case unknownCodec(name: String)
    /// The file says it is longer than what can be decoded; seconds are nil where the end alone is missing.
    case truncated(decodedSeconds: Int, declaredSeconds: Int?)
    case damaged
    case tooLong(limitMinutes: Int)
    case tooLarge(limitMegabytes: Int)

    public func sentence(in language: Language) -> String { wording(language) }

    private var wording: Wording {
        switch self {
        case .emptyFile:
            Wording(
                ru: "Файл пустой: в нём 0 байт. Проверьте запись и пришлите её ещё раз.",
                en: "The file is empty: it has 0 bytes. Please check the recording and send it again.",
                kk: "Файл бос: көлемі 0 байт. Жазбаны тексеріп, қайта жіберіңіз."
            )
        case .notAudio(let found):
            Self.notAudio(found)
        case .playlist:
            Wording(
                ru:
                    "Это список воспроизведения со ссылками, а не сама запись. Пришлите звуковой файл, на который он указывает.",
                en: "This is a playlist of links, not the recording itself. Please send the audio file it points to.",
                kk: "Бұл жазбаның өзі емес, сілтемелері бар ойнату тізімі. Ол көрсететін дыбыс файлын жіберіңіз."
            )
        case .noAudioTrack:
            Wording(
                ru: "В этом видео нет звуковой дорожки. Пришлите запись со звуком.",
                en: "This video has no sound track. Please send a recording with sound.",
                kk: "Бұл бейнеде дыбыс жолы жоқ. Дыбысы бар жазбаны жіберіңіз."
            )
        case .unsupportedFormat(let mime):
            Self.unsupported(
                ru: "Формат \(mime) не поддерживается.",
                en: "The format \(mime) is not supported.",
                kk: "\(mime) пішімі қолдау таппайды."
            )
        case .unknownCodec(let name):
            Self.unsupported(
                ru: "Звук закодирован неизвестным способом (\(name)), прочитать его не получилось.",
                en: "The sound is encoded in an unknown way (\(name)) and could not be read.",
                kk: "Дыбыс белгісіз тәсілмен кодталған (\(name)), оны оқу мүмкін болмады."
            )
        case .truncated(let decoded, let declared):
            Self.truncated(decoded: decoded, declared: declared)
        case .damaged:
            Wording(
                ru: "Файл повреждён: звук из него не читается. Скачайте запись заново и пришлите ещё раз.",
                en:
                    "The file is damaged: its sound cannot be read. Please download the recording anew and send it again.",
                kk: "Файл бүлінген: дыбысы оқылмайды. Жазбаны қайта жүктеп алып, тағы бір рет жіберіңіз."
            )
        case .tooLong(let minutes):
            Wording(
                ru:
                    "Запись длиннее \(Self.minutesOf(minutes, .russian)) — это предел. Разделите её на части и пришлите по отдельности.",
                en:
                    "The recording is longer than the limit of \(Self.minutesOf(minutes, .english)). Please split it and send the parts.",
                kk:
                    "Жазба шектен (\(Self.minutesOf(minutes, .kazakh))) ұзақ. Оны бөліктерге бөліп, жеке-жеке жіберіңіз."
            )
        case .tooLarge(let megabytes):
            Wording(
                ru: "Файл больше \(megabytes) МБ — это предел. Сохраните запись в MP3 или OGG и пришлите ещё раз.",
                en:
                    "The file is larger than the limit of \(megabytes) MB. Please save it as MP3 or OGG and send it again.",
                kk: "Файл шектен (\(megabytes) МБ) үлкен. Жазбаны MP3 не OGG етіп сақтап, қайта жіберіңіз."
            )
        }
    }

    private static let minute = Countable(ru: ("минуты", "минут", "минут"), en: ("minute", "minutes"), kk: "минут")

    private static func minutesOf(_ count: Int, _ language: Language) -> String { minute(count, language) }

    private static func notAudio(_ found: FileKind) -> Wording {
        let kind = name(of: found)
        return Wording(
            ru: "Это не звукозапись: в файле \(kind.russian). Пришлите запись разговора: OGG, MP3, WAV, M4A или FLAC.",
            en:
                "This is not a recording: the file holds \(kind.english). Please send a call as OGG, MP3, WAV, M4A or FLAC.",
            kk:
                "Бұл дыбыс жазбасы емес: файлда \(kind.kazakh). Әңгіме жазбасын OGG, MP3, WAV, M4A не FLAC түрінде жіберіңіз."
        )
    }

    private static func name(of kind: FileKind) -> Wording {
        switch kind {
        case .pdf: Wording(ru: "документ PDF", en: "a PDF document", kk: "PDF құжаты бар")
        case .text: Wording(ru: "текст", en: "text", kk: "мәтін бар")
        case .webPage: Wording(ru: "веб-страница", en: "a web page", kk: "веб-бет бар")
        case .image: Wording(ru: "картинка", en: "a picture", kk: "сурет бар")
        case .archive: Wording(ru: "архив", en: "an archive", kk: "мұрағат бар")
        case .document: Wording(ru: "офисный документ", en: "an office document", kk: "кеңсе құжаты бар")
        case .program: Wording(ru: "программа", en: "a program", kk: "бағдарлама бар")
        case .unknown:
            Wording(ru: "данные неизвестного вида", en: "data of an unknown kind", kk: "түрі белгісіз деректер бар")
        }
    }

    private static func unsupported(ru: String, en: String, kk: String) -> Wording {
        Wording(
            ru: ru + " Сохраните запись как MP3, WAV, OGG, M4A или FLAC и пришлите ещё раз.",
            en: en + " Please save the recording as MP3, WAV, OGG, M4A or FLAC and send it again.",
            kk: kk + " Жазбаны MP3, WAV, OGG, M4A не FLAC етіп сақтап, қайта жіберіңіз."
        )
    }

    private static func truncated(decoded: Int, declared: Int?) -> Wording {
        let part = playerTime(Double(decoded))
        guard let declared else {
            return Wording(
                ru: "Запись оборвана: у файла нет конца. Скачайте её заново целиком и пришлите ещё раз.",
                en:
                    "The recording is cut off: the end of the file is missing. Please download all of it and send it again.",
                kk: "Жазба үзілген: файлдың соңы жоқ. Оны толығымен қайта жүктеп алып, тағы бір рет жіберіңіз."
            )
        }
        let whole = playerTime(Double(declared))
        return Wording(
            ru: "Запись оборвана: читается \(part) из \(whole). Скачайте её заново целиком и пришлите ещё раз.",
            en:
                "The recording is cut off: \(part) of \(whole) can be read. Please download all of it and send it again.",
            kk:
                "Жазба үзілген: \(whole) ішінен \(part) оқылады. Оны толығымен қайта жүктеп алып, тағы бір рет жіберіңіз."
        )
    }
}
