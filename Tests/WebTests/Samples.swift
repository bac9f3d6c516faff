import Calls
import Foundation
import Kernel
import Speech
import Testing

@testable import Web

/// Values for pages, from the recorded calls of the fixtures.
enum Samples {
    /// 21 November 2026, 12:41 in Moscow.
    static let now = Date(timeIntervalSince1970: 1_795_254_060)

    static let assets = AssetLinks(
        style: Link(path: "/static/1/panel.css"),
        script: Link(path: "/static/1/panel.js"),
        icon: Link(path: "/static/1/icon.svg")
    )

    static func visitor(_ language: Language = .russian) throws -> Visitor {
        Visitor(
            language: language,
            zone: try #require(TimeZone(identifier: "Europe/Moscow")),
            company: "Север Металл",
            person: "Анна Ковалёва",
            formToken: "form-token-of-the-session"
        )
    }

    static func before(_ hours: Double) -> Date { now.addingTimeInterval(-hours * 3600) }

    static let order = CallSummary(
        id: CallID(12),
        happenedAt: before(0.4),
        title: "Заказ арматуры, счёт на почту.wav",
        sender: "Анна Ковалёва",
        duration: 43.848,
        stage: .done,
        conversion: .yes,
        passedItems: 7,
        scoredItems: 7,
        operatorSeconds: 20.29,
        clientSeconds: 15.84
    )

    static let complaint = CallSummary(
        id: CallID(11),
        happenedAt: before(2.1),
        title: "Жалоба на стиральную машину.ogg",
        sender: "Ирина",
        duration: 36.18,
        stage: .done,
        conversion: .no,
        passedItems: 2,
        scoredItems: 8,
        operatorSeconds: 15.18,
        clientSeconds: 14.83
    )

    /// A list in which each state of a call occurs.
    static let calls: [CallSummary] = [
        CallSummary(
            id: CallID(17),
            happenedAt: before(0.02),
            title: nil,
            sender: "Анна Ковалёва",
            duration: 128,
            stage: .queued(place: 3)
        ),
        CallSummary(
            id: CallID(16),
            happenedAt: before(0.05),
            title: "2026-11-21_12-30_79161234567_out.mp3",
            sender: "Анна Ковалёва",
            duration: 1894,
            stage: .transcribing(done: 0.43)
        ),
        CallSummary(
            id: CallID(15),
            happenedAt: before(0.1),
            title: "звонок-с-отдела-продаж-очень-длинное-имя-файла-от-АТС-2026.mp3",
            sender: "Константин Константинопольский",
            duration: 4211,
            stage: .transcribing(done: 0),
            isWaiting: true
        ),
        CallSummary(
            id: CallID(14),
            happenedAt: before(0.2),
            title: "Перезвонить в 14:00.ogg",
            sender: "Ирина",
            duration: 39.2,
            stage: .analysing
        ),
        CallSummary(
            id: CallID(13),
            happenedAt: before(0.3),
            title: "прайс.mp3",
            sender: "Ирина",
            duration: 0.4,
            stage: .failed(reason: "Файл обрывается: в нём нет ни одной целой секунды звука.")
        ),
        order,
        complaint,
        CallSummary(
            id: CallID(9),
            happenedAt: before(20),
            title: "Выкуп автомобиля, запись на осмотр.ogg",
            sender: "Анна Ковалёва",
            duration: 45.925,
            stage: .done,
            conversion: .yes,
            passedItems: 6,
            scoredItems: 8,
            operatorSeconds: 24,
            clientSeconds: 13
        ),
        CallSummary(
            id: CallID(8),
            happenedAt: before(21),
            title: "Редкий размер профильной трубы.mp3",
            sender: "Ирина",
            duration: 66.561,
            stage: .done,
            conversion: .undecided,
            passedItems: 6,
            scoredItems: 8,
            operatorSeconds: 29,
            clientSeconds: 26
        ),
        CallSummary(
            id: CallID(7),
            happenedAt: before(22),
            title: nil,
            sender: "Анна Ковалёва",
            duration: 3725,
            stage: .done,
            conversion: .undecided
        ),
        CallSummary(
            id: CallID(2),
            happenedAt: before(24 * 400),
            title: "Напоминание о платеже.ogg",
            sender: "Ирина",
            duration: 52,
            stage: .done,
            conversion: .yes,
            passedItems: 5,
            scoredItems: 7,
            operatorSeconds: 30,
            clientSeconds: 10
        ),
    ]

    static func sheet(_ summary: CallSummary, _ transcript: Transcript?) -> CallSheet {
        CallSheet(
            summary: summary,
            isTimeOfReceipt: true,
            hasAudio: true,
            transcript: transcript,
            checklist: [],
            conversion: nil,
            statistics: nil
        )
    }

    static func transcript(_ turns: [(Speaker, Double, Double, String)], duration: Double) -> Transcript {
        Transcript(
            duration: duration,
            channels: turns.contains { $0.0 == .unknown } ? 1 : 2,
            turns: turns.enumerated().map { number, turn in
                Turn(
                    number: number,
                    channel: turn.0 == .client ? 1 : 0,
                    speaker: turn.0,
                    start: turn.1,
                    end: turn.2,
                    text: turn.3,
                    words: [RecognizedWord(text: turn.3, start: turn.1, end: turn.2, probability: nil)]
                )
            }
        )
    }
}
