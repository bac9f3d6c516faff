import Calls
import Foundation
import Kernel

/// A call: its player, what was said, and what that earned.
///
/// The page consists of fragments with ids of their own; while a call is processed the changed ones are sent again.
struct CallCardPage {
    struct Model: Sendable {
        var call: CallSheet
        var now: Date
        var live: Link?
    }

    var model: Model
    var visitor: Visitor

    var language: Language { visitor.language }
    var call: CallSheet { model.call }

    func html(assets: AssetLinks) -> HTML {
        let frame = PageFrame(
            title: title,
            language: language,
            assets: assets,
            visitor: visitor,
            live: model.live,
            layout: "page call"
        )
        return frame.html(HTML(fragments.map { $0 + "\n" }))
    }

    /// What may change while the call is processed, in the order of the page.
    var fragments: [HTML] { [head, progress, player, findings, transcript] }

    var liveFragments: LiveFragments { LiveFragments(outline: [], pieces: fragments, whole: nil) }

    private var title: String { call.summary.title ?? CallTexts.voiceMessage(language) }

    private var head: HTML {
        let summary = call.summary
        let today = LocalDay(of: model.now, in: visitor.zone)
        let day = Formats.date(LocalDay(of: summary.happenedAt, in: visitor.zone), today: today, language)
        let time = LocalTime(of: summary.happenedAt, in: visitor.zone).description
        let receipt: HTML? = call.isTimeOfReceipt ? "\(CallTexts.received(language)) " : nil
        return """
            <header id="head" class="head"><a class="back" href="/calls">← \(CallTexts.title(language))</a>
            <h1>\(title)</h1>
            <p class="facts"><span>\(receipt)<time datetime="\(Formats.machine(summary.happenedAt))">\(day), \(time)</time>\
            </span><span>\(playerTime(summary.duration))</span>\
            \(summary.sender.map { "<span>\($0)</span>" as HTML })</p></header>
            """
    }

    private var progress: HTML {
        switch call.summary.stage {
        case .done: return "<div id=\"progress\" hidden></div>"
        case .failed(let reason):
            return """
                <div id="progress" class="notice failed" role="status"><p><b>\(ProgressTexts.failed(language))</b></p>\
                <p>\(reason)</p></div>
                """
        case .queued, .transcribing, .analysing:
            let words = call.summary.isWaiting ? ProgressTexts.waiting(language) : call.summary.stage.words(language)
            return """
                <div id="progress" class="notice" role="status"><ol class="stages">\(stages)</ol>\
                <p>\(words)</p>\(progressBar(call.summary.stage))\
                <p class="note">\(ProgressTexts.note(language))</p></div>
                """
        }
    }

    private var stages: [HTML] {
        let current =
            switch call.summary.stage {
            case .queued: 0
            case .transcribing: 1
            case .analysing: 2
            case .done, .failed: 3
            }
        return ProgressTexts.stages.enumerated().map { index, stage in
            let isCurrent = index == max(current, 1)
            let kind = index == 0 || index < current ? "past" : isCurrent ? "current" : "coming"
            return """
                <li class="\(kind)"\(.named("aria-current", isCurrent ? "step" : nil))>\(stage(language))</li>
                """
        }
    }

    private var transcript: HTML {
        guard let transcript = call.transcript else { return "<section id=\"transcript\" hidden></section>" }
        let file = Link(path: "/calls/\(call.summary.id)/transcript.txt")
        let download: HTML = "<a class=\"quiet\"\(.href(file)) download>\(CallTexts.transcriptFile(language))</a>"
        return """
            <section id="transcript" class="transcript"><div class="section-head">\
            <h2>\(CallTexts.transcript(language))</h2>\(transcript.isEmpty ? nil : download)</div>
            \(transcript.isEmpty ? note(CallTexts.noSpeech) : nil)\
            \(transcript.knowsSpeakers || transcript.isEmpty ? nil : note(CallTexts.oneChannel))\
            <ol class="turns">
            \(transcript.turns.map(turn))</ol></section>
            """
    }

    private func note(_ text: Wording) -> HTML { "<p class=\"note\">\(text(language))</p>\n" }

    private func turn(_ turn: Turn) -> HTML {
        """
        <li class="turn \(turn.speaker.rawValue)" id="turn-\(turn.number)"\(seconds(turn.start, turn.end))>\
        <p class="speaker">\(turn.speaker.wording(language)) \(timeLink(turn.start, turn.end))</p>\
        <p class="words">\(turn.text)</p></li>

        """
    }

    /// A time that plays from there; without JavaScript the browser's own player opens at that second.
    private func timeLink(_ start: Double, _ end: Double) -> HTML {
        let time = playerTime(start)
        guard let audio = audioLink(at: start) else { return "<span class=\"at\">\(time)</span>" }
        return """
            <a class="at"\(.href(audio))\(seconds(start, end)) \
            aria-label="\(PlayerTexts.playFrom(time)(language))">\(time)</a>
            """
    }

    /// The recording at a second; nil until there is a file to play.
    func audioLink(at second: Double) -> Link? {
        guard call.hasAudio else { return nil }
        return Link(path: "/calls/\(call.summary.id)/audio").playing(from: second)
    }

    /// What the player needs to play a place.
    func seconds(_ start: Double, _ end: Double) -> Attribute {
        .named("data-start", Formats.machine(start)) + .named("data-end", Formats.machine(end))
    }
}
