import Calls
import Kernel

/// The words around a question and its answer.
enum QuestionTexts {
    static let searching = Wording(ru: "Ищу…", en: "Searching…", kk: "Іздеп жатырмын…")

    static let passages = Wording(
        ru: "Самые близкие места из разговоров, как они прозвучали:",
        en: "The closest places in calls, as they were said:",
        kk: "Әңгімелердегі ең жақын жерлер, қалай айтылса солай:"
    )

    static let byModel = Wording(
        ru: "Ответ составила языковая модель, места проверены:",
        en: "A language model wrote the answer, its places were checked:",
        kk: "Жауапты тілдік модель құрды, келтірілген жерлер тексерілді:"
    )

    static let nothingFound = Wording(
        ru: "В разговорах ничего похожего не нашлось.",
        en: "Nothing like it was found in the calls.",
        kk: "Әңгімелерден ұқсас ештеңе табылмады."
    )

    static let whatToTry = Wording(
        ru: "Спросите другими словами — теми, которые могли прозвучать, — или пришлите больше записей.",
        en: "Ask in other words, such as may have been said, or send more recordings.",
        kk: "Басқаша, айтылуы мүмкін сөздермен сұраңыз немесе көбірек жазба жіберіңіз."
    )

    static let wordsOnly = Wording(
        ru: "Поиск по смыслу сейчас не работает, искал по словам.",
        en: "Search by meaning is away now, so I looked for the words.",
        kk: "Мағына бойынша іздеу қазір істемейді, сөздер бойынша іздедім."
    )

    static func newestOnly(_ count: Int) -> Wording {
        Wording(
            ru: "Просмотрено: \(passagesCounted(count, .russian)), самые новые.",
            en: "Looked at the newest \(passagesCounted(count, .english)).",
            kk: "Ең жаңа \(passagesCounted(count, .kazakh)) қаралды."
        )
    }

    static func place(_ citation: Citation, _ moment: String) -> Wording {
        let time = playerTime(citation.quote.start)
        let speaker = citation.speaker.wording
        let call = ResultTexts.call(citation.call)
        func text(_ language: Language) -> String {
            let name = citation.speaker == .unknown ? "" : "\(speaker(language)) · "
            return "\(name)\(call(language)) · \(moment) · \(time)"
        }
        return Wording(ru: text(.russian), en: text(.english), kk: text(.kazakh))
    }

    private static func passagesCounted(_ count: Int, _ language: Language) -> String {
        Countable(ru: ("фрагмент", "фрагмента", "фрагментов"), en: ("passage", "passages"), kk: "үзінді")(
            count,
            language
        )
    }
}
