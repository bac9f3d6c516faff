import Calls
import Kernel

/// A call's result as one message.
enum ResultScreens {
    /// Never longer than Telegram allows: quotes give way first, since each of them can be heard.
    static func result(_ report: CallReport, _ language: Language) -> Screen {
        let buttons = buttons(report, language)
        for detail in Detail.levels {
            let text = text(report, detail, language)
            if text.length <= RichText.limit { return Screen(text, buttons: buttons) }
        }
        return Screen(text(report, .least, language), buttons: buttons)
    }

    /// How much of each item is shown, in UTF-16 units.
    private struct Detail {
        let quote: Int
        let reason: Int
        let title: Int
        let items: Int

        static let levels = [
            Detail(quote: 160, reason: 300, title: 120, items: .max),
            Detail(quote: 80, reason: 160, title: 100, items: .max),
            Detail(quote: 40, reason: 80, title: 80, items: .max),
            Detail(quote: 0, reason: 60, title: 60, items: .max),
        ]

        static let least = Detail(quote: 0, reason: 60, title: 60, items: 20)
    }

    private static func text(_ report: CallReport, _ detail: Detail, _ language: Language) -> RichText {
        var text = RichText()
        text.bold(shortened(report.fileName ?? ResultTexts.call(report.call)(language), to: 80))
        text.append(" · \(playerTime(report.statistics.duration))")
        guard !report.isWithoutSpeech else {
            text.paragraph()
            text.append(ResultTexts.noSpeech(language))
            return text
        }
        text.paragraph()
        talk(report, into: &text, language)
        text.paragraph()
        text.bold(ResultTexts.conversion(report.conversion.verdict)(language))
        text.line()
        reason(
            report.conversion.reason.wording,
            report.conversion.quote,
            detail,
            into: &text,
            language
        )
        guard !report.items.isEmpty else { return text }
        text.paragraph()
        text.bold(heading(report)(language))
        for item in report.items.prefix(detail.items) {
            text.line()
            text.append("\(mark(item.verdict)) ")
            text.append(shortened(item.title(language), to: detail.title))
            text.append(" — ")
            reason(item.reason, item.quote, detail, into: &text, language)
        }
        let left = report.items.count - detail.items
        if detail.items < .max, left > 0 {
            text.line()
            text.append(ResultTexts.moreItems(left)(language))
        }
        return text
    }

    private static func talk(_ report: CallReport, into text: inout RichText, _ language: Language) {
        let statistics = report.statistics
        guard report.knowsSpeakers else {
            text.append(ResultTexts.oneChannel(language))
            return
        }
        let spoken = statistics.operatorSeconds + statistics.clientSeconds
        let share = spoken > 0 ? Int((statistics.operatorSeconds / spoken * 100).rounded()) : 0
        text.append("\(Speaker.operator.wording(language)) \(share) % ")
        text.append(bar(share))
        text.append(" \(spoken > 0 ? 100 - share : 0) % \(Speaker.client.wording(language))")
        text.line()
        if statistics.operatorInterruptions + statistics.clientInterruptions > 0 {
            text.append(
                ResultTexts.interruptions(statistics.operatorInterruptions, statistics.clientInterruptions)(language)
            )
        } else {
            text.append(ResultTexts.noInterruptions(language))
        }
        text.line()
        text.append("\(ResultTexts.silence(language)): \(playerTime(statistics.silenceSeconds))")
    }

    /// Ten steps, so that the border lies where the operator's share ends.
    private static func bar(_ share: Int) -> String {
        let filled = max(0, min(10, (share + 5) / 10))
        return String(repeating: "▰", count: filled) + String(repeating: "▱", count: 10 - filled)
    }

    private static func reason(
        _ reason: Wording,
        _ quote: Quote?,
        _ detail: Detail,
        into text: inout RichText,
        _ language: Language
    ) {
        text.append(shortened(reason(language), to: detail.reason))
        guard let quote else { return }
        if detail.quote > 0 {
            text.append(": ")
            text.italic("«\(shortened(quote.text, to: detail.quote))»")
        }
        text.append(" \(playerTime(quote.start))")
    }

    private static func heading(_ report: CallReport) -> Wording {
        let passed = report.items.count { $0.verdict == .yes }
        let scored = passed + report.items.count { $0.verdict == .no }
        return scored > 0 ? ResultTexts.checklist(passed, scored) : ResultTexts.unscoredChecklist
    }

    private static func mark(_ verdict: Verdict) -> String {
        switch verdict {
        case .yes: "✅"
        case .no: "❌"
        case .notApplicable, .undecided: "–"
        }
    }

    private static func buttons(_ report: CallReport, _ language: Language) -> [[Button]] {
        guard !report.isWithoutSpeech else { return [] }
        var clips: [Button] = []
        if let quote = report.conversion.quote, let clip = report.conversionClip {
            clips.append(.press("▶ \(playerTime(quote.start)) \(ResultTexts.conversionQuote(language))", .clip(clip)))
        }
        for item in report.items {
            guard let quote = item.quote, let clip = item.clip else { continue }
            let title = shortened(item.title(language), to: 24)
            clips.append(.press("▶ \(playerTime(quote.start)) \(title)", .clip(clip)))
        }
        let rows = stride(from: 0, to: clips.count, by: 2).map { Array(clips[$0..<min($0 + 2, clips.count)]) }
        return rows + [
            [
                .press(ResultTexts.transcript(language), .transcript(report.token)),
                .press(ResultTexts.openInPanel(language), .openCall(report.token)),
            ]
        ]
    }
}
