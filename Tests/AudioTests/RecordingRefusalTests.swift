import Kernel
import Testing

@testable import Audio

struct RecordingRefusalTests {
    private static let kinds: [RecordingRefusal.FileKind] = [
        .pdf, .text, .webPage, .image, .archive, .document, .program, .unknown,
    ]

    private static let refusals: [RecordingRefusal] =
        kinds.map { .notAudio(found: $0) } + [
            .emptyFile, .playlist, .noAudioTrack, .unsupportedFormat(mime: "audio/midi"), .unknownCodec(name: "g729"),
            .truncated(decodedSeconds: 65, declaredSeconds: 130), .truncated(decodedSeconds: 0, declaredSeconds: nil),
            .damaged, .tooLong(limitMinutes: 120), .tooLarge(limitMegabytes: 20),
        ]

    @Test(arguments: Language.allCases)
    func `every refusal has a sentence of its own that says what to do`(language: Language) {
        let sentences = Self.refusals.map { $0.sentence(in: language) }
        #expect(Set(sentences).count == sentences.count)
        for sentence in sentences {
            // What happened, then what to do.
            #expect(sentence.split(separator: ". ").count >= 2)
            #expect(sentence.hasSuffix("."))
        }
    }

    @Test func `limits and places are named`() {
        #expect(RecordingRefusal.tooLong(limitMinutes: 120).sentence(in: .russian).contains("120 минут"))
        #expect(RecordingRefusal.tooLong(limitMinutes: 1).sentence(in: .english).contains("1 minute."))
        #expect(RecordingRefusal.tooLarge(limitMegabytes: 20).sentence(in: .kazakh).contains("20 МБ"))
        #expect(
            RecordingRefusal.truncated(decodedSeconds: 65, declaredSeconds: 130).sentence(in: .russian)
                .contains("1:05 из 2:10")
        )
        #expect(RecordingRefusal.unknownCodec(name: "g729").sentence(in: .english).contains("g729"))
    }
}
