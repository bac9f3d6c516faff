import Foundation
import Support

/// A speech engine of OpenAI's form that has always heard the same, after a fixed time.
struct SpeechArguments: Codable {
    /// Where each request's begin and end are noted.
    let log: String
    let milliseconds: Int
}

struct SpeechAnswer: Codable {
    let url: String
}

extension Role {
    static let speech = Role(name: "speech") { stage in
        let arguments = try stage.decode(SpeechArguments.self)
        let log = try IntervalLog(arguments.log)
        let words =
            "Добрый день компания Север Металл меня зовут Анна чем могу помочь счёт отправлю сегодня до свидания"
        let server = try LoopbackServer { peer in
            while let request = peer.readRequest() {
                guard request.method == "POST" else {
                    peer.answer(200, ["Content-Type": "application/json"], "{\"data\":[]}")
                    continue
                }
                let began = Date().timeIntervalSince1970
                if arguments.milliseconds > 0 { Thread.sleep(forTimeInterval: Double(arguments.milliseconds) / 1000) }
                log.note(began, Date().timeIntervalSince1970)
                peer.answer(200, ["Content-Type": "application/json"], transcription(words))
            }
        }
        try stage.answer(SpeechAnswer(url: "http://127.0.0.1:\(server.port)/v1"))
        while await stage.nextLine() != nil {}
        server.stop()
    }

    private static func transcription(_ text: String) -> String {
        let words = text.split(separator: " ").enumerated().map { number, word in
            "{\"word\":\"\(word)\",\"start\":\(number),\"end\":\(Double(number) + 0.8)}"
        }
        return "{\"text\":\"\(text)\",\"words\":[\(words.joined(separator: ","))]}"
    }
}

/// Begins and ends of something, a line each, in seconds since 1970.
struct IntervalLog: Sendable {
    private let handle: FileHandle

    init(_ path: String) throws {
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        let descriptor = open(path, O_WRONLY | O_APPEND)
        guard descriptor >= 0 else { throw Wrong("\(path) cannot be written") }
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    func note(_ began: Double, _ ended: Double) { handle.write(Data("\(began) \(ended)\n".utf8)) }

    static func read(_ path: String) throws -> [ClosedRange<Double>] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ").compactMap { Double($0) }
            return words.count == 2 && words[0] <= words[1] ? words[0]...words[1] : nil
        }
    }

    /// How many seconds of `whole` are covered by at least one of the intervals.
    static func covered(_ intervals: [ClosedRange<Double>], of whole: ClosedRange<Double>) -> Double {
        var total = 0.0
        var end = whole.lowerBound
        for interval in intervals.sorted(by: { $0.lowerBound < $1.lowerBound }) where interval.overlaps(whole) {
            let (from, to) = (max(end, interval.lowerBound), min(interval.upperBound, whole.upperBound))
            if to > from { total += to - from }
            end = max(end, to)
        }
        return total
    }
}
