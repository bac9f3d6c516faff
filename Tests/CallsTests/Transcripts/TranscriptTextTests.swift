import Foundation
import Kernel
import Testing

@testable import Calls

struct TranscriptTextTests {
    private let almaty = TimeZone(identifier: "Asia/Almaty") ?? .gmt

    private func card(_ turns: [Turn], channels: Int = 2, isStartKnown: Bool = true) -> CallCard {
        let moment = Date(timeIntervalSince1970: 1_795_000_000)
        let item = CallListItem(
            id: CallID(42),
            happenedAt: moment,
            isStartKnown: isStartKnown,
            fileName: "звонок\n1.ogg",
            duration: 3_725,
            state: .done,
            isWaitingForRecogniser: false,
            hasPlayerFile: false
        )
        let origin = CallOrigin.sample()
        let progress = CallProgress(
            call: item.id,
            state: .done,
            placeInQueue: nil,
            percent: nil,
            isWaitingForRecogniser: false,
            failure: nil,
            origin: origin
        )
        return CallCard(
            item: item,
            receivedAt: moment,
            channels: channels,
            progress: progress,
            origin: origin,
            transcript: Transcript(duration: 3_725, channels: channels, turns: turns),
            criteria: [],
            analysis: nil,
            details: [:]
        )
    }

    private var talk: [Turn] {
        [.sample(0, .operator, "Добрый день"), .sample(1_221, .client, "Мне нужна арматура")]
    }

    @Test
    func `each turn has its time, its speaker and its words, in every language`() {
        let texts = Language.allCases.map { TranscriptText(language: $0).render(card(talk), zone: almaty) }
        #expect(
            texts == [
                """
                Звонок № 42 · 2026-11-18 16:06 · 1:02:05
                звонок1.ogg

                [0:00] Оператор: Добрый день
                [1:01:03] Клиент: Мне нужна арматура

                """,
                """
                Call № 42 · 2026-11-18 16:06 · 1:02:05
                звонок1.ogg

                [0:00] Operator: Добрый день
                [1:01:03] Client: Мне нужна арматура

                """,
                """
                Қоңырау № 42 · 2026-11-18 16:06 · 1:02:05
                звонок1.ogg

                [0:00] Оператор: Добрый день
                [1:01:03] Клиент: Мне нужна арматура

                """,
            ]
        )
    }

    @Test
    func `what is not known is said`() {
        let silent = TranscriptText(language: .russian).render(card([], isStartKnown: false), zone: almaty)
        #expect(silent.contains("16:06 (время получения)"))
        #expect(silent.hasSuffix("В этой записи нет речи.\n"))
        let mono = TranscriptText(language: .english)
            .render(card([.sample(0, .unknown, "Добрый день")], channels: 1), zone: almaty)
        #expect(mono.contains("One channel: who speaks is unknown."))
        #expect(mono.contains("[0:00] Добрый день"))
    }

    @Test
    func `the file's name is safe whatever the recording was called`() {
        #expect(TranscriptText.fileName(of: CallID(42)) == "call-42.txt")
    }
}
