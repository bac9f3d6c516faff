import Calls
import Kernel

extension CallSummary {
    /// A line of the list, with sentences in the reader's language.
    init(_ item: CallListItem, placeInQueue: Int? = nil, sender: String?, language: Language) {
        self.init(
            id: item.id,
            happenedAt: item.happenedAt,
            title: item.fileName,
            sender: sender,
            duration: item.duration,
            stage: CallStage(item, placeInQueue: placeInQueue, language: language),
            isWaiting: item.isWaitingForRecogniser,
            conversion: item.conversion,
            passedItems: item.score?.passed,
            scoredItems: item.score?.scored,
            operatorSeconds: item.operatorSeconds,
            clientSeconds: item.clientSeconds
        )
    }
}

extension CallStage {
    init(_ item: CallListItem, placeInQueue: Int?, language: Language) {
        switch item.state {
        case .received: self = .queued(place: placeInQueue)
        case .transcribing: self = .transcribing(done: Double(item.percent ?? 0) / 100)
        case .analysing: self = .analysing
        case .done: self = .done
        case .failed: self = .failed(reason: item.failure?.sentence(in: language) ?? "")
        }
    }
}

extension CallSheet {
    init(_ card: CallCard, sender: String?, language: Language) {
        let isTranscribed = card.item.state == .done || card.item.state == .analysing
        self.init(
            summary: CallSummary(
                card.item,
                placeInQueue: card.progress.placeInQueue,
                sender: sender,
                language: language
            ),
            isTimeOfReceipt: !card.item.isStartKnown,
            // The file for players of an old call is made when it is first asked for.
            hasAudio: !card.item.isAudioDeleted && (card.item.hasPlayerFile || card.item.state == .done),
            isAudioDeleted: card.item.isAudioDeleted,
            transcript: isTranscribed ? card.transcript : nil,
            checklist: card.criteria.compactMap { criterion in
                card.assessment(of: criterion).map { ChecklistLine($0, title: criterion.title(language), language) }
            },
            conversion: card.analysis?.conversion,
            statistics: card.analysis?.statistics
        )
    }
}

extension ChecklistLine {
    init(_ assessment: Assessment, title: String, _ language: Language) {
        self.init(
            title: title,
            verdict: assessment.verdict,
            quote: assessment.quote,
            reason: assessment.reason.wording(language)
        )
    }
}
