// Module Kernel: Sources/Kernel/Language.swift Sources/Kernel/Refusal.swift Sources/Kernel/Clock.swift
// Sources: Sources/Audio/Inspection/Completeness.swift Sources/Audio/Inspection/Container.swift
// Sources: Sources/Audio/Inspection/FileExcerpt.swift Sources/Audio/Inspection/Probe.swift
// Sources: Sources/Audio/Inspection/SoundMeter.swift Sources/Audio/RecordingRefusal.swift
import Foundation
import Kernel

/// What our own code reads out of a file before and after libmagic and FFmpeg: any bytes with any of their answers,
/// containers written as recorders write them, and samples in any pieces.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = Input(bytes, count)
    switch input.number(below: 4) {
    case 0: anything(&input)
    case 1: wave(&input)
    case 2: ogg(&input)
    default: samples(&input)
    }
    return 0
}

private let types = [
    "audio/ogg", "audio/mpeg", "audio/x-wav", "audio/x-m4a", "audio/flac", "video/webm", "audio/amr", "audio/x-aiff",
    "audio/x-caf", "application/octet-stream", "text/plain", "text/html", "application/json", "text/xml",
    "audio/x-mpegurl", "audio/midi", "image/png", "inode/x-empty", "application/zip", "",
]

/// None of them opens anything but the file itself.
private let demuxers: Set<String> = [
    "ogg", "mp3", "wav", "mov", "flac", "matroska", "amr", "aac", "aiff", "au", "caf", "asf",
]

private func anything(_ input: inout Input) {
    let type = input.choice(types)
    let duration = length(&input)
    let sound = DecodedSound(seconds: Double(input.byte()) * Double(input.byte()) / 8, hasTwoSides: false)
    let file = input.remainder()
    let excerpt = FileExcerpt(byteCount: file.count) { count, offset in
        expect(offset >= 0, "read before the beginning")
        return Array(file.dropFirst(offset).prefix(count))
    }
    check(FileNature(mime: type, head: excerpt.head), type: type, file)
    if let declared = Completeness.declaredSeconds(ofWave: excerpt.head) {
        expect(declared.isFinite && declared > 0, "a WAV of \(declared) s")
    }
    let stream = Probe.Stream(
        codecType: "audio",
        codecName: "pcm_s16le",
        codecTag: nil,
        sampleRate: nil,
        channels: 1,
        duration: duration
    )
    for demuxer in demuxers {
        let probe = Probe(streams: [stream], format: Probe.Format(duration: duration))
        do {
            try Completeness.check(sound, probe: probe, stream: stream, excerpt: excerpt, demuxer: demuxer)
        } catch {
            check(error)
        }
    }
}

/// What ffprobe may say of a length.
private func length(_ input: inout Input) -> String? {
    switch input.number(below: 4) {
    case 0: nil
    case 1: "\(Int64(bitPattern: (0..<8).reduce(0) { value, _ in value << 8 | UInt64(input.byte()) })).000000"
    case 2: input.choice(["N/A", "inf", "-inf", "nan", "1e400", "-0.000001", "9223372036854775807.000000", ""])
    default: input.text(atMost: 12)
    }
}

private func check(_ nature: FileNature, type: String, _ file: [UInt8]) {
    switch nature {
    case .recording(let demuxer):
        expect(demuxers.contains(demuxer), "\(type) is opened by \(demuxer)")
        expect(!type.hasPrefix("text/") && type != "application/json", "\(type) is taken for sound")
    case .refused(let refusal):
        check(refusal)
    }
    guard type.hasPrefix("text/") || type == "application/octet-stream" else { return }
    let playlists = ["#EXTM3U\n", "ffconcat version 1.0\n", "[playlist]\n", "<smil>", "http://a/b.ts\n"]
    for start in playlists {
        let found = FileNature(mime: type, head: Array((start + "file:///etc/passwd\n").utf8))
        expect(found == .refused(.playlist), "\(start.debugDescription) is \(found)")
    }
}

/// Each refusal has a sentence in each language, with times that are times.
private func check(_ refusal: RecordingRefusal) {
    if case .truncated(let decoded, let declared) = refusal {
        expect(decoded >= 0 && declared ?? 0 >= 0, "\(refusal)")
    }
    for language in Language.allCases { expect(!refusal.sentence(in: language).isEmpty, "\(refusal) has no words") }
}

/// A WAV with chunks of strangers before the sound says how long it is, wherever it is cut behind its head.
private func wave(_ input: inout Input) {
    let rate = UInt32(input.byte()) << 8 | UInt32(input.byte()) | 1
    let size = UInt32(input.byte()) << 16 | UInt32(input.byte()) << 8 | UInt32(input.byte())
    func chunk(_ name: String, _ size: UInt32, _ body: [UInt8]) -> [UInt8] {
        Array(name.utf8) + little(size) + body + (body.count % 2 == 1 ? [0] : [])
    }
    var file = Array("RIFF".utf8) + little(36 + size) + Array("WAVE".utf8)
    if input.byte() & 1 == 1 { file += stranger(&input, chunk) }
    file += chunk("fmt ", 16, [1, 0, 1, 0] + little(rate) + little(rate * 2) + [2, 0, 16, 0])
    if input.byte() & 1 == 1 { file += stranger(&input, chunk) }
    file += Array("data".utf8) + little(size)
    let whole = Completeness.declaredSeconds(ofWave: file + input.remainder())
    let wanted = size == 0 ? nil : Double(size) / Double(rate * 2)
    expect(whole == wanted, "\(size) bytes at \(rate) Hz are \(String(describing: whole)) s")
    for end in 0..<file.count {
        let cut = Completeness.declaredSeconds(ofWave: Array(file[..<end]))
        expect(cut == nil, "\(end) of \(file.count) bytes of a head are \(String(describing: cut)) s")
    }
}

private func stranger(_ input: inout Input, _ chunk: (String, UInt32, [UInt8]) -> [UInt8]) -> [UInt8] {
    let body = input.bytes(atMost: 60)
    return chunk(input.choice(["LIST", "bext", "fact", "RIFF", "junk"]), UInt32(body.count), body)
}

private func little(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }

/// An Ogg of whole pages has its end, and one cut inside its last page has not.
private func ogg(_ input: inout Input) {
    var file: [UInt8] = []
    var last = 0
    for number in 0..<UInt8(1 + input.number(below: 4)) {
        last = file.count
        let segments = (0..<input.number(below: 6)).map { _ in input.byte() }
        let head = Array("OggS".utf8) + [0, 0] + [UInt8](repeating: number, count: 20) + [UInt8(segments.count)]
        // The mark itself inside a page is one case in four thousand million bytes, and is taken for a page.
        let body = segments.reduce(0) { $0 + Int($1) }
        file += head + segments + (0..<body).map { UInt8(truncatingIfNeeded: $0 &* 7) | 0x80 }
    }
    expect(!Completeness.isCutOgg(tail: file), "\(file.count) bytes of whole pages are called cut")
    // Less than the mark of a page cannot be told from none.
    for end in (last + 4)..<file.count {
        expect(Completeness.isCutOgg(tail: Array(file[..<end])), "\(end) of \(file.count) bytes are called whole")
    }
}

/// Samples measure alike in whatever pieces they come.
private func samples(_ input: inout Input) {
    let channels = 1 + input.number(below: 2)
    let ends = (0..<6).map { _ in input.number(below: 256) }.sorted()
    let bytes = input.remainder()
    var whole = SoundMeter(channels: channels)
    whole.take(bytes)
    var pieces = SoundMeter(channels: channels)
    var start = 0
    for end in ends + [bytes.count] {
        let end = max(start, min(end, bytes.count))
        pieces.take(Array(bytes[start..<end]))
        start = end
    }
    expect(whole.sound == pieces.sound, "\(whole.sound) in pieces is \(pieces.sound)")
    expect(whole.sound.seconds >= 0, "negative time")
}
