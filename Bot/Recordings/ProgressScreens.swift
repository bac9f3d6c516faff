import Calls
import Kernel

/// The one message about a recording that is edited from stage to stage.
enum ProgressScreens {
    static func received(_ language: Language) -> Screen { Screen(RecordingTexts.received(language)) }

    static func progress(_ progress: CallProgress, _ language: Language) -> Screen {
        Screen(wording(progress, language))
    }

    /// What a progress message becomes when the fate of the result message is not known: harmless to send twice.
    static func resultReady(_ again: Token, _ language: Language) -> Screen {
        Screen(
            RecordingTexts.resultReady(language),
            buttons: [[.press(RecordingTexts.showResult(language), .resultAgain(again))]]
        )
    }

    /// The key of the progress message of a recording that came in a message.
    static func slot(message: Int64) -> String { "recording:\(message)" }

    private static func wording(_ progress: CallProgress, _ language: Language) -> String {
        if progress.isWaitingForRecogniser && !progress.state.isFinished { return RecordingTexts.waiting(language) }
        switch progress.state {
        case .received:
            guard let place = progress.placeInQueue else { return RecordingTexts.received(language) }
            return place > 1 ? RecordingTexts.place(place)(language) : RecordingTexts.next(language)
        case .transcribing:
            guard let percent = progress.percent else { return RecordingTexts.transcribing(language) }
            return RecordingTexts.transcribing(percent: percent)(language)
        case .analysing: return RecordingTexts.analysing(language)
        case .done: return RecordingTexts.done(language)
        case .failed: return (progress.failure ?? .analysisFailed).sentence(in: language)
        }
    }
}
