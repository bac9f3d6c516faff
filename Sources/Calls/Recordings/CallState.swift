public import Kernel

/// How far a call has come.
public enum CallState: String, Codable, Sendable, Hashable, CaseIterable {
    case received
    case transcribing
    case analysing
    case done
    case failed

    public var isFinished: Bool { self == .done || self == .failed }
}

/// Why a call never got a score, in words for the person who sent it.
public enum CallFailure: String, Refusal, Codable, Hashable, CaseIterable {
    /// The speech service was away, or answered nonsense, for as long as we try.
    case recogniserUnavailable
    /// The stored recording cannot be read.
    case recordingUnreadable
    case analysisFailed

    public func sentence(in language: Language) -> String { wording(language) }

    private var wording: Wording {
        switch self {
        case .recogniserUnavailable:
            Wording(
                ru: "Распознавание речи слишком долго не отвечало. Запись сохранена: пришлите её ещё раз позже.",
                en: "Speech recognition did not answer for too long. The recording is kept: send it again later.",
                kk: "Сөзді тану қызметі тым ұзақ жауап бермеді. Жазба сақталды: кейін қайта жіберіңіз."
            )
        case .recordingUnreadable:
            Wording(
                ru: "Сохранённую запись не удалось прочитать. Пришлите её ещё раз.",
                en: "The stored recording could not be read. Please send it again.",
                kk: "Сақталған жазбаны оқу мүмкін болмады. Оны қайта жіберіңіз."
            )
        case .analysisFailed:
            Wording(
                ru: "Разбор звонка не удался. Запись сохранена: пришлите её ещё раз позже.",
                en: "The call could not be analysed. The recording is kept: send it again later.",
                kk: "Қоңырауды талдау сәтсіз аяқталды. Жазба сақталды: кейін қайта жіберіңіз."
            )
        }
    }
}

/// What a progress message says.
public struct CallProgress: Sendable, Hashable {
    public var call: CallID
    public var state: CallState
    /// 1 for the next one; only while the call is `received`.
    ///
    /// Before it stand the company's own unfinished calls, and of every other company as many as its turn lets pass.
    public var placeInQueue: Int?
    /// Finished audio of all audio, 0…100; only while transcribing more than one window.
    public var percent: Int?
    public var isWaitingForRecogniser: Bool
    public var failure: CallFailure?
    public var origin: CallOrigin

    public init(
        call: CallID,
        state: CallState,
        placeInQueue: Int?,
        percent: Int?,
        isWaitingForRecogniser: Bool,
        failure: CallFailure?,
        origin: CallOrigin
    ) {
        self.call = call
        self.state = state
        self.placeInQueue = placeInQueue
        self.percent = percent
        self.isWaitingForRecogniser = isWaitingForRecogniser
        self.failure = failure
        self.origin = origin
    }

    /// Takes a place among the calls of all companies, if that is the later one.
    mutating func standBehind(_ place: Int?) {
        guard let own = placeInQueue, let place else { return }
        placeInQueue = max(own, place)
    }
}
