import Foundation

/// A transcription as engines give it: words on top, words inside segments, segments alone, or text alone.
struct EngineAnswer: Decodable {
    struct Word: Decodable {
        let text: String
        let start: LooseNumber
        let end: LooseNumber
        let probability: LooseNumber?

        private enum CodingKeys: String, CodingKey { case word, text, start, end, probability, score }

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            text = try values.decodeIfPresent(String.self, forKey: .word) ?? values.decode(String.self, forKey: .text)
            start = try values.decode(LooseNumber.self, forKey: .start)
            end = try values.decode(LooseNumber.self, forKey: .end)
            probability =
                try values.decodeIfPresent(LooseNumber.self, forKey: .probability)
                ?? values.decodeIfPresent(LooseNumber.self, forKey: .score)
        }
    }

    struct Segment: Decodable {
        let start: LooseNumber
        let end: LooseNumber
        let text: String?
        let words: [Word]?
        let averageLogProbability: LooseNumber?
        let compressionRatio: LooseNumber?
        let noSpeechProbability: LooseNumber?

        private enum CodingKeys: String, CodingKey {
            case start, end, text, words
            case averageLogProbability = "avg_logprob"
            case compressionRatio = "compression_ratio"
            case noSpeechProbability = "no_speech_prob"
        }
    }

    let text: String
    let words: [Word]?
    let segments: [Segment]?

    init(_ body: [UInt8]) throws(SpeechFault) {
        do {
            self = try JSONDecoder().decode(EngineAnswer.self, from: Data(body))
        } catch {
            let start = String(decoding: body.prefix(64), as: UTF8.self).lowercased()
            throw .nonsense(start.contains("<html") || start.contains("<!doctype") ? "a web page" : "no transcription")
        }
    }

    /// The words within a piece of sound that lasts `seconds`, without segments that are clearly invented.
    func recognition(seconds: Double) throws(SpeechFault) -> Recognition {
        let kept = (segments ?? []).filter { !SuspicionRules.isInvented($0) }
        let dropped = (segments ?? []).filter(SuspicionRules.isInvented)
        let (words, isExact) = try timedWords(kept: kept, dropped: dropped, seconds: seconds)
        return Recognition(
            words: words.sorted { $0.start < $1.start },
            suspicious: kept.filter(SuspicionRules.isSuspicious).map {
                $0.start.value...max($0.start.value, $0.end.value)
            },
            droppedSegments: dropped.count,
            hasExactTimes: isExact
        )
    }

    private func timedWords(
        kept: [Segment],
        dropped: [Segment],
        seconds: Double
    ) throws(SpeechFault) -> ([RecognizedWord], Bool) {
        if let words, !words.isEmpty {
            let heard = try Self.recognized(words, text: text, seconds: seconds)
            return (heard.filter { word in !dropped.contains { $0.covers(word) } }, true)
        }
        if kept.contains(where: { $0.words?.isEmpty == false }) {
            var heard: [RecognizedWord] = []
            for segment in kept {
                heard += try Self.recognized(segment.words ?? [], text: segment.text, seconds: seconds)
            }
            return (heard, true)
        }
        if segments?.isEmpty == false {
            return (kept.flatMap { Self.spread($0.text ?? "", from: $0.start.value, to: $0.end.value) }, false)
        }
        return (Self.spread(text, from: 0, to: seconds), false)
    }

    /// Words with times made sound: within the piece, none ending before it starts.
    private static func recognized(
        _ words: [Word],
        text: String?,
        seconds: Double
    ) throws(SpeechFault) -> [RecognizedWord] {
        let texts = withPunctuation(words.map { $0.text.trimmingCharacters(in: .whitespaces) }, from: text ?? "")
        var heard: [RecognizedWord] = []
        for (word, text) in zip(words, texts) where !text.isEmpty {
            guard word.start.value.isFinite, word.end.value.isFinite else {
                throw .nonsense("times that are no numbers")
            }
            // Times may run over the end by the length of a padded frame, not by minutes.
            guard word.start.value < seconds + 30 else { throw .nonsense("words behind the end of the audio") }
            let start = max(0, word.start.value)
            heard.append(
                RecognizedWord(
                    text: text,
                    start: start,
                    end: max(start, word.end.value),
                    probability: word.probability?.value
                )
            )
        }
        return heard
    }

    /// OpenAI's own words come without punctuation, which stands in the text: taken from there where the two agree.
    private static func withPunctuation(_ words: [String], from text: String) -> [String] {
        let tokens = text.split(whereSeparator: \.isWhitespace).map(String.init)
        guard tokens.count == words.count, zip(tokens, words).allSatisfy({ bare($0) == bare($1) }) else { return words }
        return tokens
    }

    private static func bare(_ word: String) -> String {
        word.lowercased().filter { $0.isLetter || $0.isNumber }
    }

    /// Words of a text without times, each given a share of the time by its length.
    private static func spread(_ text: String, from start: Double, to end: Double) -> [RecognizedWord] {
        let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        let total = Double(words.reduce(0) { $0 + $1.count })
        var position = start
        return words.map { word in
            let length = max(0, end - start) * Double(word.count) / total
            defer { position += length }
            return RecognizedWord(text: word, start: position, end: position + length)
        }
    }
}

extension EngineAnswer.Segment {
    fileprivate func covers(_ word: RecognizedWord) -> Bool {
        (start.value...max(start.value, end.value)).contains((word.start + word.end) / 2)
    }
}

/// A number, or a text of one: old versions of OpenAI's API quoted the duration.
struct LooseNumber: Decodable {
    let value: Double

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do {
            value = try container.decode(Double.self)
        } catch {
            // "nan" is a text of a Double as well, and no time.
            guard let number = Double(try container.decode(String.self)), number.isFinite else { throw error }
            value = number
        }
    }
}
