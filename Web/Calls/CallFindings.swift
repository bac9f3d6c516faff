import Calls
import Kernel

extension CallCardPage {
    /// What the call earned: conversion, checklist, who spoke how much.
    var findings: HTML {
        guard call.conversion != nil || !call.checklist.isEmpty || call.statistics != nil else {
            return "<aside id=\"findings\" hidden></aside>"
        }
        return """
            <aside id="findings" class="findings">
            \(call.conversion.map(conversion))\(call.checklist.isEmpty ? nil : checklist)\(call.statistics.map(talk))</aside>
            """
    }

    private func conversion(_ finding: ConversionFinding) -> HTML {
        """
        <section class="card"><div class="section-head"><h2>\(CallTexts.conversion(language))</h2>\
        \(conversionChip(finding.verdict, language))</div>
        <p>\(sentence(finding.reason.wording(language)))</p>\(finding.quote.map(quote))</section>

        """
    }

    private var checklist: HTML {
        let summary = call.summary
        let score: HTML? =
            if let passed = summary.passedItems, let scored = summary.scoredItems {
                "<p class=\"score\"><b>\(passed)</b><span class=\"of\">/\(scored)</span></p>"
            } else { nil }
        return """
            <section class="card"><div class="section-head"><h2>\(CallTexts.checklist(language))</h2>\(score)</div>
            <ul class="checklist">
            \(call.checklist.map(line))</ul></section>

            """
    }

    private func line(_ line: ChecklistLine) -> HTML {
        let isSaid = line.verdict == .yes && line.quote != nil
        let reason: HTML? = isSaid ? nil : "<span class=\"reason\">\(line.reason)</span>"
        return """
            <li class="\(line.verdict.rawValue)">\(sign(line.verdict))<div><span class="item">\(line.title)</span> \
            \(reason)\(line.quote.map(quote))</div></li>

            """
    }

    private func sign(_ verdict: Verdict) -> HTML {
        let shape: HTML =
            switch verdict {
            case .yes: "<path d=\"M3.5 8.5l3 3 6-7\"/>"
            case .no: "<path d=\"M4.5 4.5l7 7M11.5 4.5l-7 7\"/>"
            case .notApplicable: "<path d=\"M4 8h8\"/>"
            case .undecided: "<path d=\"M6 6.2a2 2 0 1 1 2.8 1.9c-.6.3-.8.6-.8 1.3M8 11.6v.2\"/>"
            }
        return """
            <svg class="sign" viewBox="0 0 16 16" role="img" aria-label="\(CallTexts.verdict(verdict)(language))">\
            \(shape)</svg>
            """
    }

    /// The words that prove a claim; a click plays them, or leads to their turn without JavaScript.
    private func quote(_ quote: Quote) -> HTML {
        """
        <a class="quote"\(.href(Link(path: "/calls/\(call.summary.id)").at("turn-\(quote.turn)")))\(seconds(quote.start, quote.end))>\
        <q>\(quote.text)</q> <span class="at">\(playerTime(quote.start))</span></a>
        """
    }

    private func talk(_ statistics: TalkStatistics) -> HTML {
        let spoken = statistics.operatorSeconds + statistics.clientSeconds
        let share = spoken > 0 ? statistics.operatorSeconds / spoken : 0
        return """
            <section class="card"><h2>\(CallTexts.statistics(language))</h2>
            \(spoken > 0 ? shares(share) : nil)<dl class="numbers">
            \(spoken > 0 ? sides(statistics) : nil)\
            \(statistics.unknownSeconds > 0 ? number(CallTexts.speech, length(statistics.unknownSeconds)) : nil)\
            \(number(CallTexts.silence, silence(statistics)))\
            \(number(CallTexts.longestSilence, length(statistics.longestSilenceSeconds)))\
            </dl></section>

            """
    }

    private func shares(_ share: Double) -> HTML {
        let name = Speaker.operator.wording(language)
        let label = "\(name) \(Formats.percent(share, language))"
        return """
            <div class="shares"><p><span class="side operator">\(name)</span> <b>\(Formats.percent(share, language))</b></p>\
            \(TalkBar.html(operatorShare: share, label: label))\
            <p><b>\(Formats.percent(1 - share, language))</b> \
            <span class="side client">\(Speaker.client.wording(language))</span></p></div>

            """
    }

    private func sides(_ statistics: TalkStatistics) -> HTML {
        let both = Speaker.operator.wording(language) + " / " + Speaker.client.wording(language)
        return """
            \(number(CallTexts.speech, "\(length(statistics.operatorSeconds)) / \(length(statistics.clientSeconds))", both))\
            \(number(
                CallTexts.interruptions,
                "\(statistics.operatorInterruptions) / \(statistics.clientInterruptions)",
                both
            ))
            """
    }

    private func silence(_ statistics: TalkStatistics) -> String {
        guard statistics.duration > 0 else { return length(statistics.silenceSeconds) }
        let share = Formats.percent(statistics.silenceSeconds / statistics.duration, language)
        return "\(length(statistics.silenceSeconds)) · \(share)"
    }

    private func number(_ name: Wording, _ value: String, _ hint: String? = nil) -> HTML {
        "<div><dt>\(name(language))\(hint.map { " <small>\($0)</small>" as HTML })</dt><dd>\(value)</dd></div>\n"
    }

    private func length(_ seconds: Double) -> String { Formats.seconds(seconds, language) }

    /// A phrase of the analysis as a sentence of its own.
    private func sentence(_ phrase: String) -> String { phrase.prefix(1).uppercased() + phrase.dropFirst() }
}
