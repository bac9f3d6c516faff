/// When a segment is doubted, and when it is left out.
///
/// The limits are those of Whisper's own decoder (Radford et al. 2022, 4.5). Doubted words are kept: a quiet client on a
/// bad line looks the same. Left out is only what cannot have been said, as a wrong word in a transcript is worse than a
/// missing one only there.
enum SuspicionRules {
    static func isSuspicious(_ segment: EngineAnswer.Segment) -> Bool {
        isUnlikely(segment) || isRepetitive(segment) || (segment.noSpeechProbability?.value ?? 0) > 0.6
    }

    /// Words for what Whisper itself takes for silence, credits that its training subtitles ended with, or a loop.
    static func isInvented(_ segment: EngineAnswer.Segment) -> Bool {
        if isUnlikely(segment), (segment.noSpeechProbability?.value ?? 0) > 0.6 { return true }
        if isCredits(segment.text ?? "") { return true }
        return isRepetitive(segment) && isLoop(segment.text ?? "")
    }

    private static func isUnlikely(_ segment: EngineAnswer.Segment) -> Bool {
        (segment.averageLogProbability?.value ?? 0) < -1
    }

    private static func isRepetitive(_ segment: EngineAnswer.Segment) -> Bool {
        (segment.compressionRatio?.value ?? 0) > 2.4
    }

    private static func isCredits(_ text: String) -> Bool {
        let text = text.lowercased().replacing("ё", with: "е")
        let credits = [
            "редактор субтитров", "корректор субтитров", "субтитры сделал", "субтитры создавал", "субтитры подогнал",
        ]
        return credits.contains(where: text.contains) || text.contains("dimatorzok")
    }

    /// At least a dozen words of which most are one and the same few.
    private static func isLoop(_ text: String) -> Bool {
        let words = text.lowercased().split { !$0.isLetter && !$0.isNumber }
        return words.count >= 12 && Set(words).count * 4 <= words.count
    }
}
