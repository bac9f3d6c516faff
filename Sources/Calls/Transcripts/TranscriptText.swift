public import Foundation
public import Kernel

/// A transcript as a text file for people.
public struct TranscriptText: Sendable {
    private let language: Language

    public init(language: Language) { self.language = language }

    /// A line for each turn: when, who, what; a heading says which call it is.
    public func render(_ card: CallCard, zone: TimeZone) -> String {
        var lines = heading(card, zone: zone)
        lines.append("")
        if card.transcript.isEmpty {
            lines.append(Self.noSpeech(language))
        } else {
            lines += card.transcript.turns.map(line)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Such as `call-42.txt`: safe on every system, whatever the recording was called.
    public static func fileName(of call: CallID) -> String { "call-\(call).txt" }

    private func heading(_ card: CallCard, zone: TimeZone) -> [String] {
        let day = LocalDay(of: card.item.happenedAt, in: zone)
        let time = LocalTime(of: card.item.happenedAt, in: zone)
        let dated = card.item.isStartKnown ? "" : " (\(Self.byReceipt(language)))"
        var lines = ["\(Self.call(language)) № \(card.id) · \(day) \(time)\(dated) · \(playerTime(card.item.duration))"]
        if let name = card.item.fileName { lines.append(name.filter { !$0.isNewline }) }
        if !card.transcript.isEmpty, !card.transcript.knowsSpeakers { lines.append(Self.oneChannel(language)) }
        return lines
    }

    private func line(_ turn: Turn) -> String {
        let speaker = turn.speaker == .unknown ? "" : " \(turn.speaker.wording(language)):"
        return "[\(playerTime(turn.start))]\(speaker) \(turn.text)"
    }

    private static let call = Wording(ru: "Звонок", en: "Call", kk: "Қоңырау")
    private static let byReceipt = Wording(ru: "время получения", en: "time of receipt", kk: "алынған уақыты")
    private static let noSpeech = Wording(
        ru: "В этой записи нет речи.",
        en: "There is no speech in this recording.",
        kk: "Бұл жазбада сөз жоқ."
    )
    private static let oneChannel = Wording(
        ru: "Один канал: кто говорит, неизвестно.",
        en: "One channel: who speaks is unknown.",
        kk: "Бір арна: кім сөйлейтіні белгісіз."
    )
}

extension Speaker {
    public var wording: Wording {
        switch self {
        case .operator: Wording(ru: "Оператор", en: "Operator", kk: "Оператор")
        case .client: Wording(ru: "Клиент", en: "Client", kk: "Клиент")
        case .unknown: Wording(ru: "Голос", en: "Voice", kk: "Дауыс")
        }
    }
}
