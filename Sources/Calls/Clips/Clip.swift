public import Kernel

/// A stretch of a call to be heard, such as a quote.
public struct Clip: Codable, Sendable, Hashable {
    public var call: CallID
    /// Seconds from the start of the recording, without the second that is added on either side.
    public var start: Double
    public var end: Double

    public init(call: CallID, start: Double, end: Double) {
        self.call = call
        self.start = start
        self.end = end
    }

    public init(call: CallID, quote: Quote) {
        self.init(call: call, start: quote.start, end: quote.end)
    }

    /// With the second before and after, within the recording.
    func padded(duration: Double) -> (start: Double, end: Double) {
        let start = min(max(0, start - 1), max(0, duration - 1))
        return (start, min(duration, max(end + 1, start + 1)))
    }
}

/// A clip as a voice message.
public struct VoiceClip: Sendable, Hashable {
    /// Ogg Opus.
    public var bytes: [UInt8]
    public var seconds: Double
}

extension TokenKind where Payload == Clip {
    /// A button "listen"; good for 90 days, as a chat is scrolled back further only rarely.
    public static let clip = TokenKind("clip", lifetime: 90 * 86_400)
}

extension TokenKind where Payload == CallJob {
    /// A button about one call, such as "transcript".
    public static let call = TokenKind("call", lifetime: 90 * 86_400)
}

/// Why a clip or a file of a call cannot be had.
public enum ClipRefusal: Refusal, Hashable {
    /// The button is too old, or another person's.
    case expired
    /// The call is not there any more.
    case noCall
    /// Its sound was deleted because its time was over.
    case audioDeleted

    public func sentence(in language: Language) -> String { wording(language) }

    private var wording: Wording {
        switch self {
        case .expired:
            Wording(
                ru: "Эта кнопка больше не действует.",
                en: "This button no longer works.",
                kk: "Бұл түйме енді жұмыс істемейді."
            )
        case .audioDeleted:
            Wording(
                ru: "Запись удалена по сроку хранения. Расшифровка и оценка остались.",
                en: "The recording was deleted at the end of its storage time. Transcript and score are kept.",
                kk: "Жазба сақтау мерзімі аяқталғандықтан жойылды. Мәтіні мен бағасы қалды."
            )
        case .noCall: Wording(ru: "Звонок не найден.", en: "The call was not found.", kk: "Қоңырау табылмады.")
        }
    }
}
