public import Kernel

public enum Verdict: String, Codable, Sendable, Hashable, CaseIterable {
    case yes
    case no
    /// The occasion did not arise, such as an objection that nobody made.
    case notApplicable
    /// The evidence does not allow a verdict; never shown as a no.
    case undecided
}

/// What a call earned on one criterion of a script.
public struct Assessment: Codable, Sendable, Hashable {
    /// The code of the criterion.
    public var criterion: String
    public var verdict: Verdict
    public var quote: Quote?
    public var reason: AssessmentReason

    public init(criterion: String, verdict: Verdict, quote: Quote?, reason: AssessmentReason) {
        self.criterion = criterion
        self.verdict = verdict
        self.quote = quote
        self.reason = reason
    }
}

/// Why a criterion got its verdict.
public enum AssessmentReason: Codable, Sendable, Hashable {
    /// The quote shows it.
    case said
    case notSaid
    /// The quote is what must never be said.
    case forbiddenSaid
    case nothingForbidden
    /// What the criterion answers to did not happen.
    case noOccasion
    /// It happened, as the quote shows, and no answer followed.
    case unanswered
    /// The other side said no to it, as the quote shows.
    case declined
    case speakersUnknown
    case noSpeech
    case needsLanguageModel
    /// The language model's own explanation.
    case explained(String)
    /// The language model named words that nobody said.
    case quoteNotFound
    case languageModelFailed

    public var wording: Wording {
        switch self {
        case .said: Wording(ru: "сказано", en: "said", kk: "айтылды")
        case .notSaid: Wording(ru: "не прозвучало", en: "not said", kk: "айтылмады")
        case .forbiddenSaid: Wording(ru: "недопустимая фраза", en: "unacceptable words", kk: "рұқсат етілмеген сөз")
        case .nothingForbidden:
            Wording(ru: "недопустимых фраз нет", en: "no unacceptable words", kk: "рұқсат етілмеген сөз жоқ")
        case .noOccasion: Wording(ru: "повода не было", en: "there was no occasion", kk: "себеп болмады")
        case .unanswered: Wording(ru: "осталось без ответа", en: "left unanswered", kk: "жауапсыз қалды")
        case .declined: Wording(ru: "клиент не согласился", en: "the client did not agree", kk: "клиент келіспеді")
        case .speakersUnknown:
            Wording(
                ru: "один канал: не видно, кто говорит",
                en: "one channel: who speaks is unknown",
                kk: "бір арна: кім сөйлейтіні белгісіз"
            )
        case .noSpeech: Wording(ru: "речи нет", en: "no speech", kk: "сөз жоқ")
        case .needsLanguageModel:
            Wording(ru: "нужна языковая модель", en: "needs a language model", kk: "тілдік модель керек")
        case .explained(let text): Wording(ru: text, en: text, kk: text)
        case .quoteNotFound:
            Wording(
                ru: "цитата модели не найдена в разговоре",
                en: "the model's quote is not in the call",
                kk: "модель келтірген сөз әңгімеде жоқ"
            )
        case .languageModelFailed:
            Wording(
                ru: "языковая модель не ответила",
                en: "the language model failed",
                kk: "тілдік модель жауап бермеді"
            )
        }
    }
}

/// Whether the call reached its aim: an order, a booked visit, a promise to pay.
public struct ConversionFinding: Codable, Sendable, Hashable {
    /// `yes`, `no` or `undecided`.
    public var verdict: Verdict
    public var quote: Quote?
    public var reason: ConversionReason

    public init(verdict: Verdict, quote: Quote?, reason: ConversionReason) {
        self.verdict = verdict
        self.quote = quote
        self.reason = reason
    }
}

public enum ConversionReason: String, Codable, Sendable, Hashable {
    case committed
    case refused
    case callBack
    case complaint
    case wrongNumber
    /// Neither a commitment nor a refusal was heard.
    case unclear
    case noSpeech
    case explained

    public var wording: Wording {
        switch self {
        case .committed: Wording(ru: "клиент согласился", en: "the client agreed", kk: "клиент келісті")
        case .refused: Wording(ru: "клиент отказался", en: "the client refused", kk: "клиент бас тартты")
        case .callBack:
            Wording(ru: "договорились созвониться позже", en: "to be called again", kk: "кейін хабарласуға келісті")
        case .complaint: Wording(ru: "жалоба", en: "a complaint", kk: "шағым")
        case .wrongNumber: Wording(ru: "ошиблись номером", en: "a wrong number", kk: "нөмірден қателескен")
        case .unclear: Wording(ru: "не определено", en: "not determined", kk: "анықталмады")
        case .noSpeech: Wording(ru: "речи нет", en: "no speech", kk: "сөз жоқ")
        case .explained: Wording(ru: "по оценке модели", en: "judged by the model", kk: "модель бағалауы бойынша")
        }
    }
}

/// Who spoke how much.
public struct TalkStatistics: Codable, Sendable, Hashable {
    /// Seconds of the recording.
    public var duration: Double
    public var operatorSeconds: Double
    public var clientSeconds: Double
    /// Seconds of speech of which it is unknown whose it is.
    public var unknownSeconds: Double
    /// Seconds in which nobody speaks.
    public var silenceSeconds: Double
    public var longestSilenceSeconds: Double
    public var operatorInterruptions: Int
    public var clientInterruptions: Int

    public init(
        duration: Double,
        operatorSeconds: Double,
        clientSeconds: Double,
        unknownSeconds: Double,
        silenceSeconds: Double,
        longestSilenceSeconds: Double,
        operatorInterruptions: Int,
        clientInterruptions: Int
    ) {
        self.duration = duration
        self.operatorSeconds = operatorSeconds
        self.clientSeconds = clientSeconds
        self.unknownSeconds = unknownSeconds
        self.silenceSeconds = silenceSeconds
        self.longestSilenceSeconds = longestSilenceSeconds
        self.operatorInterruptions = operatorInterruptions
        self.clientInterruptions = clientInterruptions
    }
}

/// Everything that the rules found in a call.
public struct CallAnalysis: Codable, Sendable, Hashable {
    public var assessments: [Assessment]
    public var conversion: ConversionFinding
    public var statistics: TalkStatistics

    public init(assessments: [Assessment], conversion: ConversionFinding, statistics: TalkStatistics) {
        self.assessments = assessments
        self.conversion = conversion
        self.statistics = statistics
    }
}
