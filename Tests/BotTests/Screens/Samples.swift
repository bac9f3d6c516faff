import Accounts
import Calls
import Foundation
import Kernel

@testable import Bot

/// Values that screens are shown with.
enum Samples {
    /// A token that is the same in every run.
    static func token(_ letter: Character) -> Token {
        guard let token = Token(String(repeating: letter, count: 22)) else { preconditionFailure("not a token") }
        return token
    }

    static let zone = TimeZone(identifier: "Europe/Moscow") ?? .gmt
    /// 18 November 2026, 12:46:40 in Moscow.
    static let moment = Date(timeIntervalSince1970: 1_795_002_400 - 7_200)

    static func quote(_ text: String, at start: Double) -> Quote {
        Quote(turn: 0, start: start, end: start + 2, text: text)
    }

    static let statistics = TalkStatistics(
        duration: 245,
        operatorSeconds: 130,
        clientSeconds: 80,
        unknownSeconds: 0,
        silenceSeconds: 35,
        longestSilenceSeconds: 9,
        operatorInterruptions: 2,
        clientInterruptions: 1
    )

    static func report(
        items: [CallReport.Item] = Samples.items,
        isWithoutSpeech: Bool = false,
        knowsSpeakers: Bool = true
    ) -> CallReport {
        CallReport(
            call: CallID(12),
            fileName: "Иванов & сын <17>.mp3",
            isWithoutSpeech: isWithoutSpeech,
            knowsSpeakers: knowsSpeakers,
            statistics: statistics,
            conversion: ConversionFinding(
                verdict: .yes,
                quote: quote("давайте завтра в десять, я подъеду", at: 190),
                reason: .committed
            ),
            conversionClip: token("c"),
            items: items,
            token: token("r")
        )
    }

    static let items = [
        item("Приветствие", .yes, .said, quote("Добрый день, автосалон", at: 0.5)),
        item("Представился по имени", .no, .notSaid, nil),
        item("Отработал возражение", .notApplicable, .noOccasion, nil),
        item("Вежливость", .no, .forbiddenSaid, quote("да отстаньте вы", at: 61)),
        item("Понял задачу", .undecided, .needsLanguageModel, nil),
    ]

    static func item(
        _ title: String,
        _ verdict: Verdict,
        _ reason: AssessmentReason,
        _ quote: Quote?
    ) -> CallReport.Item {
        CallReport.Item(
            title: .tenant(title),
            verdict: verdict,
            reason: reason.wording,
            quote: quote,
            clip: quote.map { _ in token("q") }
        )
    }

    static func answer(_ maker: Answer.Maker, isByMeaning: Bool = true, newest: Int? = nil) -> Answer {
        let citations = [
            Citation(
                call: CallID(12),
                happenedAt: moment,
                speaker: .client,
                quote: quote("мне нагрубили у вас в сервисе", at: 71)
            ),
            Citation(
                call: CallID(9),
                happenedAt: moment.addingTimeInterval(-86_400),
                speaker: .unknown,
                quote: quote("разговаривали со мной сквозь зубы", at: 3_605)
            ),
        ]
        return Answer(
            maker: maker,
            sentences: maker == .search ? [] : [AnswerSentence(text: "Да, дважды.", citations: [0, 1])],
            citations: citations,
            coverage: SearchCoverage(wordsInNewest: newest, meaningInNewest: nil, isByMeaning: isByMeaning)
        )
    }

    static let nothing = Answer(
        maker: .search,
        sentences: [],
        citations: [],
        coverage: SearchCoverage(wordsInNewest: nil, meaningInNewest: nil, isByMeaning: true)
    )

    static func digest(isSoFar: Bool) -> DigestSummary {
        DigestSummary(
            day: LocalDay(year: 2026, month: 11, day: 18),
            isSoFar: isSoFar,
            calls: 12,
            unfinished: isSoFar ? 2 : 0,
            failed: 1,
            conversion: DigestSummary.ConversionCounts(yes: 5, no: 4, undecided: 3),
            weakestItem: DigestSummary.WeakestItem(
                criterion: Script.standard.criteria[2],
                failed: 6,
                scored: 10
            ),
            best: DigestSummary.RankedCall(
                id: CallID(12),
                happenedAt: moment,
                fileName: "утро.ogg",
                score: CallScore(passed: 8, scored: 8)
            ),
            worst: DigestSummary.RankedCall(
                id: CallID(9),
                happenedAt: moment,
                fileName: nil,
                score: CallScore(passed: 1, scored: 7)
            )
        )
    }

    static let emptyDigest = DigestSummary(
        day: LocalDay(year: 2026, month: 11, day: 18),
        isSoFar: true,
        calls: 0,
        unfinished: 0,
        failed: 0,
        conversion: DigestSummary.ConversionCounts(yes: 0, no: 0, undecided: 0),
        weakestItem: nil,
        best: nil,
        worst: nil
    )

    static func progress(
        _ state: CallState,
        place: Int? = nil,
        percent: Int? = nil,
        isWaiting: Bool = false,
        failure: CallFailure? = nil
    ) -> CallProgress {
        CallProgress(
            call: CallID(12),
            state: state,
            placeInQueue: place,
            percent: percent,
            isWaitingForRecogniser: isWaiting,
            failure: failure,
            origin: CallOrigin(bot: BotID(5), chat: 77, slot: "recording:3", message: 3)
        )
    }
}
