import Calls
import Foundation
import Kernel

/// The list of calls, newest first, under the days they belong to.
struct CallListPage {
    struct Model: Sendable {
        var calls: [CallSummary]
        /// The day on the company's calendar now.
        var now: Date
        /// Where earlier calls are; nil on the last page.
        var older: Link?
        /// Whether this is the beginning of the list.
        var isNewest: Bool
        /// Where changes of this page come from.
        var live: Link?
    }

    var model: Model
    var visitor: Visitor

    private var language: Language { visitor.language }

    func html(assets: AssetLinks) -> HTML {
        let frame = PageFrame(
            title: CallTexts.title(language),
            language: language,
            assets: assets,
            visitor: visitor,
            live: model.live
        )
        return frame.html("<h1 class=\"page-title\">\(CallTexts.title(language))</h1>\n\(list)")
    }

    /// What changes while calls are processed.
    var list: HTML {
        model.calls.isEmpty
            ? "<div id=\"calls\">\(empty)</div>"
            : "<div id=\"calls\">\n\(columns)\(days.map(day))\(pages)</div>"
    }

    /// A line that changed is sent alone; when lines come, go or move, the whole list is.
    var liveFragments: LiveFragments {
        let outline = days.flatMap { day, calls in ["\(day)"] + calls.map { "\($0.id)" } }
        return LiveFragments(
            outline: outline + [model.older?.text ?? ""],
            pieces: model.calls.map(row),
            whole: list
        )
    }

    private var empty: HTML {
        guard model.isNewest else {
            return """
                <div class="empty"><p>\(CallTexts.olderEmpty(language))</p>\
                <p><a class="button" href="/calls">\(CallTexts.newest(language))</a></p></div>
                """
        }
        return """
            <div class="empty"><p class="empty-title">\(CallTexts.emptyTitle(language))</p>\
            <p>\(CallTexts.emptyText(language))</p></div>
            """
    }

    private var columns: HTML {
        """
        <p class="columns" aria-hidden="true"><span>\(CallTexts.columnTime(language))</span>\
        <span>\(CallTexts.columnCall(language))</span><span>\(CallTexts.columnLength(language))</span>\
        <span>\(CallTexts.columnTalk(language))</span><span>\(CallTexts.columnConversion(language))</span>\
        <span>\(CallTexts.columnScore(language))</span></p>

        """
    }

    private var days: [(day: LocalDay, calls: [CallSummary])] {
        var days: [(day: LocalDay, calls: [CallSummary])] = []
        for call in model.calls {
            let day = LocalDay(of: call.happenedAt, in: visitor.zone)
            if days.last?.day == day {
                days[days.count - 1].calls.append(call)
            } else {
                days.append((day, [call]))
            }
        }
        return days
    }

    private func day(_ day: LocalDay, _ calls: [CallSummary]) -> HTML {
        let today = LocalDay(of: model.now, in: visitor.zone)
        return """
            <section class="day" id="day-\(day.description)"><h2>\(Formats.heading(day, today: today, language))</h2>
            <ol class="rows">
            \(calls.map(row))</ol></section>

            """
    }

    private func row(_ call: CallSummary) -> HTML {
        let time = LocalTime(of: call.happenedAt, in: visitor.zone).description
        return """
            <li id="call-\(call.id.rawValue)"><a class="row"\(.href(Link(path: "/calls/\(call.id)")))>\
            <time class="time" datetime="\(Formats.machine(call.happenedAt))">\(time)</time>\
            <span class="what"><span class="title">\(call.title ?? CallTexts.voiceMessage(language))</span>\
            \(call.sender.map { "<span class=\"sender\">\($0)</span>" as HTML })</span>\
            <span class="length">\(playerTime(call.duration))</span>\(outcome(call))</a></li>

            """
    }

    /// The three cells on the right: results of a finished call, the state of another.
    private func outcome(_ call: CallSummary) -> HTML {
        guard call.stage == .done else { return state(call) }
        return """
            <span class="talk">\(talkBar(call))</span>\
            <span class="conversion">\(call.conversion.map { conversionChip($0, language) })</span>\
            <span class="score">\(score(call))</span>
            """
    }

    private func talkBar(_ call: CallSummary) -> HTML? {
        guard let operatorSeconds = call.operatorSeconds, let clientSeconds = call.clientSeconds else { return nil }
        let total = operatorSeconds + clientSeconds
        guard total > 0 else { return nil }
        let share = operatorSeconds / total
        let spoken = Speaker.operator.wording(language) + " " + Formats.percent(share, language)
        return TalkBar.html(operatorShare: share, label: spoken)
    }

    private func score(_ call: CallSummary) -> HTML? {
        guard let passed = call.passedItems, let scored = call.scoredItems, scored > 0 else { return nil }
        return "<b>\(passed)</b><span class=\"of\">/\(scored)</span>"
    }

    private func state(_ call: CallSummary) -> HTML {
        if case .failed(let reason) = call.stage {
            return """
                <span class="state"><span class="chip failed">\(ProgressTexts.failed(language))</span> \
                <span class="reason">\(reason)</span></span>
                """
        }
        let words = call.isWaiting ? ProgressTexts.waitingShort(language) : call.stage.words(language)
        return "<span class=\"state\"><span class=\"chip moving\">\(words)</span>\(progressBar(call.stage))</span>"
    }

    private var pages: HTML? {
        let newest: HTML? =
            model.isNewest ? nil : "<a class=\"button quiet\" href=\"/calls\">\(CallTexts.newest(language))</a>"
        let older = model.older.map { "<a class=\"button\"\(.href($0))>\(CallTexts.older(language))</a>" as HTML }
        guard newest != nil || older != nil else { return nil }
        return "<nav class=\"pages\">\(newest)\(older)</nav>\n"
    }
}

/// `Есть`, `Нет`, `Не определено`: the outcome of a call as a small sign.
func conversionChip(_ verdict: Verdict, _ language: Language) -> HTML {
    let kind =
        switch verdict {
        case .yes: "yes"
        case .no: "no"
        case .undecided, .notApplicable: "undecided"
        }
    return "<span class=\"chip \(kind)\">\(CallTexts.conversionShort(verdict)(language))</span>"
}

/// How much of a call's transcription is done; nothing when there is no share to tell.
func progressBar(_ progress: CallStage) -> HTML? {
    guard case .transcribing(let done) = progress else { return nil }
    let percent = Int((min(max(done, 0), 1) * 100).rounded())
    return "<progress max=\"100\" value=\"\(percent)\"></progress>"
}

extension CallStage {
    /// `Расшифровка 43 %`.
    func words(_ language: Language) -> String {
        switch self {
        case .queued(let place): ProgressTexts.queued(place)(language)
        case .transcribing(let done) where done > 0:
            "\(ProgressTexts.transcribing(language)) \(Formats.percent(min(done, 1), language))"
        case .transcribing: ProgressTexts.transcribing(language)
        case .analysing: ProgressTexts.analysing(language)
        case .done: ""
        case .failed: ProgressTexts.failed(language)
        }
    }
}

/// Two shares of talk side by side: the operator's in the accent colour.
enum TalkBar {
    /// The share is 0 to 1; the label says it in words.
    static func html(operatorShare: Double, label: String) -> HTML {
        let width = Int((min(max(operatorShare, 0), 1) * 100).rounded())
        return """
            <svg class="talk-bar" viewBox="0 0 100 6" preserveAspectRatio="none" role="img" aria-label="\(label)">\
            <rect class="client" width="100" height="6"/><rect class="operator" width="\(width)" height="6"/></svg>
            """
    }
}
