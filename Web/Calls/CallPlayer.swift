import Calls
import Kernel

extension CallCardPage {
    /// The browser's own player, which the script replaces by one with a lane for each speaker.
    var player: HTML {
        if call.isAudioDeleted {
            let words = ClipRefusal.audioDeleted.sentence(in: language)
            return "<section id=\"player\"><p class=\"note\">\(words)</p></section>"
        }
        guard call.hasAudio else { return "<section id=\"player\" hidden></section>" }
        let duration = call.transcript?.duration ?? call.summary.duration
        return """
            <section id="player" class="player" aria-label="\(PlayerTexts.name(language))">\
            <audio id="audio" controls preload="metadata"\(.src(Link(path: "/calls/\(call.summary.id)/audio")))></audio>
            <div class="controls" hidden>\
            \(button("play", PlayerTexts.play, Self.playIcon, other: PlayerTexts.pause))\
            \(button("back", PlayerTexts.back, Self.backIcon))\(button("forward", PlayerTexts.forward, Self.forwardIcon))\
            <output id="position" class="position">0:00</output>\
            <div class="track">\(lanes(duration))\
            <input id="seek" type="range" min="0" max="\(Formats.machine(duration))" step="0.01" value="0" \
            aria-label="\(PlayerTexts.position(language))"></div>\
            <span class="position">\(playerTime(duration))</span>\
            <button id="speed" type="button" class="speed" title="\(PlayerTexts.speed(language))">1×</button></div>
            <p id="broken" class="notice failed" hidden>\(PlayerTexts.broken(language))</p></section>
            """
    }

    private func button(_ id: String, _ name: Wording, _ icon: HTML, other: Wording? = nil) -> HTML {
        """
        <button\(.id(id)) type="button" class="icon" title="\(name(language))" \
        aria-label="\(name(language))"\(.named("data-other-label", other?(language)))>\(icon)</button>
        """
    }

    /// Who speaks when: one lane for each side, as wide as the recording is long.
    private func lanes(_ duration: Double) -> HTML {
        let turns = call.transcript?.turns ?? []
        return """
            <svg class="lanes" viewBox="0 0 1000 30" preserveAspectRatio="none" aria-hidden="true">\
            <rect class="lane" y="3" width="1000" height="11"/><rect class="lane" y="16" width="1000" height="11"/>\
            \(turns.map { lane($0, duration) })<rect id="played" class="played" width="0" height="30"/></svg>
            """
    }

    private func lane(_ turn: Turn, _ duration: Double) -> HTML {
        guard duration > 0 else { return .empty }
        let start = Int((turn.start / duration * 1000).rounded())
        let width = max(2, Int(((turn.end - turn.start) / duration * 1000).rounded()))
        let isLower = turn.speaker == .client
        return """
            <rect class="\(turn.speaker.rawValue)" x="\(start)" y="\(isLower ? 16 : 3)" \
            width="\(width)" height="11"/>
            """
    }

    private static let playIcon: HTML = """
        <svg viewBox="0 0 16 16" aria-hidden="true"><path class="play" d="M4 2.5v11l9-5.5z"/>\
        <path class="pause" d="M3.5 2.5h3v11h-3zM9.5 2.5h3v11h-3z"/></svg>
        """
    private static let backIcon: HTML = """
        <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M8 3.5v9L1.5 8zM14.5 3.5v9L8 8z"/></svg>
        """
    private static let forwardIcon: HTML = """
        <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M1.5 3.5v9L8 8zM8 3.5v9L14.5 8z"/></svg>
        """
}
