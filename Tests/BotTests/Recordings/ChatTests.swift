import Accounts
import Database
import Foundation
import Jobs
import Kernel
import Speech
import Support
import Telegram
import Testing

@testable import Bot
@testable import Calls
@testable import TelegramSandbox

@Suite(.serialized) struct ChatTests {
    @Test func `a recording is received, refused or recognised, and the next one works`() async throws {
        try await Stage.play { stage in
            let anna = try await stage.owner()
            try await anna.send(Array("%PDF-1.4 это не звук".utf8), name: "звонок.mp3", kind: "audio")
            let refused = try await anna.waits { message in
                let text = message["text"]?.string ?? ""
                return message["reply_to_message"] != nil && text != "Запись получена."
            }
            #expect(refused["text"]?.string?.isEmpty == false)
            try await anna.send(Sound.tone(seconds: 1), name: "звонок.wav")
            try await anna.waits(for: "Запись получена. Сейчас начну.")
            try await anna.send(Sound.tone(seconds: 1), name: "копия.wav")
            try await anna.waits(for: "Эта запись уже в работе.")
            let tenant = try await stage.tenant(of: anna)
            #expect(try await stage.count("SELECT count(*) FROM calls", tenant) == 1)
        }
    }

    @Test func `a file over twenty megabytes is refused at once`() async throws {
        try await Stage.play { stage in
            let anna = try await stage.owner()
            try await anna.send([UInt8](repeating: 0, count: 21 << 20), name: "длинный.wav")
            try await anna.waits(for: "не больше 20 МБ")
            #expect(try await stage.sandbox.calls(of: "getFile", status: 400) == 0)
        }
    }

    @Test func `a result comes once, with its transcript, its quotes and its call`() async throws {
        try await Stage.play { stage in
            let anna = try await stage.owner()
            let result = try await stage.analysedCall(of: anna)
            #expect(result["text"]?.string?.contains("Конверсия: да") == true)
            #expect(result["text"]?.string?.contains("✅ Приветствие") == true)
            _ = try await anna.waits { $0["text"]?.string == "Готово." }
            let id = try #require(result["message_id"]?.int)
            let buttons = result["reply_markup"]?["inline_keyboard"]?.array?.flatMap { $0.array ?? [] } ?? []
            let presses = buttons.compactMap { $0["callback_data"]?.string }
            try await anna.press(try #require(presses.first { $0.hasPrefix("text:") }), under: id)
            let document = try await anna.waits { $0["document"] != nil }
            #expect(document["document"]?["file_name"]?.string?.hasSuffix(".txt") == true)
            try await anna.press(try #require(presses.first { $0.hasPrefix("clip:") }), under: id)
            let voice = try await anna.waits { $0["voice"] != nil }
            #expect((voice["voice"]?["file_size"]?.int ?? 0) > 100)
            #expect(voice["voice"]?["duration"]?.int == 3)
            try await anna.press(try #require(presses.first { $0.hasPrefix("open:") }), under: id)
            let link = try await anna.waits { $0["text"]?.string?.contains("/sign-in/") ?? false }
            #expect(link["text"]?.string?.contains("?to=/calls/1") == true)
            let all = try await anna.texts()
            #expect(all.count { $0.contains("Конверсия: да") } == 1, "\(all)")
        }
    }

    @Test func `a result whose fate is unknown is offered, and a press sends it`() async throws {
        try await Stage.play { stage in
            let anna = try await stage.owner()
            try await anna.send(Sound.tone(seconds: 4), name: "звонок.wav")
            try await anna.waits(for: "Запись получена. Сейчас начну.")
            try await stage.sandbox.fault(["method": "sendMessage", "drop": "before", "count": 1])
            try await stage.endCall(of: anna)
            let offer = try await anna.waits { $0["text"]?.string == "Результат готов." }
            let button = offer["reply_markup"]?["inline_keyboard"]?.array?.first?.array?.first
            #expect(try await anna.texts().count { $0.contains("Чек-лист") } == 0)
            let data = try #require(button?["callback_data"]?.string)
            try await anna.press(data, under: try #require(offer["message_id"]?.int))
            try await anna.waits(for: "Чек-лист: 1 из 1")
            #expect(try await anna.texts().count { $0.contains("Чек-лист") } == 1)
        }
    }

    @Test func `another company's buttons do nothing and say so`() async throws {
        try await Stage.play { stage in
            let anna = try await stage.owner()
            let boris = try await stage.owner("Борис", company: "Тюльпан")
            _ = try await stage.analysedCall(of: anna)
            let call = CallJob(call: CallID(1))
            let (clip, open) = try await stage.database.tenant(try await stage.tenant(of: anna)) { tx in
                let clip = Clip(call: call.call, start: 0, end: 1)
                return (
                    try await stage.parts.tokens.issue(.clip, clip, account: nil, in: tx),
                    try await stage.parts.tokens.issue(.call, call, account: nil, in: tx)
                )
            }
            let presses: [Press] = [.clip(clip), .transcript(open), .openCall(open), .resultAgain(open)]
            let screen = Screen("Чужое", buttons: presses.map { [.press("?", $0)] })
            try await stage.send(to: boris) { place in try screen.message(to: place, rank: .reply) }
            let message = try await boris.waits(for: "Чужое")
            for press in presses {
                #expect(try await boris.press(press.data, under: message) == "Эта кнопка больше не действует.")
            }
            let after = try await boris.texts()
            try await boris.write("/help")
            try await boris.waits(for: "Я слушаю записи продаж")
            let all = try await boris.texts()
            #expect(all.count == after.count + 1, "\(all)")
        }
    }

    @Test func `a zero character in a message stops nothing`() async throws {
        try await Stage.play { stage in
            let anna = try await stage.owner()
            try await anna.write("Кто\u{0} жаловался?")
            try await anna.waits(for: "ничего похожего не нашлось")
        }
    }

    @Test func `a question is answered in the message that said it was searching`() async throws {
        try await Stage.play { stage in
            let anna = try await stage.owner()
            try await anna.write("Кто жаловался?")
            try await anna.waits(for: "ничего похожего не нашлось")
            #expect(try await anna.texts().filter { $0.contains("Ищу") }.isEmpty)
        }
    }

    @Test func `the digest of today is one message, and the daily one is scheduled and sent`() async throws {
        try await Stage.play { stage in
            let anna = try await stage.owner()
            try await anna.write("/digest")
            try await anna.waits(for: "Звонков не было.")
            let tenant = try await stage.tenant(of: anna)
            let scheduled: SQL = "SELECT local_time::text || ' ' || zone FROM cell.schedule WHERE tenant_id = \(tenant)"
            #expect(try await stage.cellTexts(scheduled) == ["09:00:00 Europe/Moscow"])
            try await stage.database.tenant(tenant) { tx in
                try tx.enqueue(BotJobs.daily, DailyRun(day: LocalDay(year: 2026, month: 11, day: 21)))
            }
            try await anna.waits(for: "Дайджест за 20 ноября")
        }
    }

    @Test func `a new digest time is kept, shown and scheduled`() async throws {
        try await Stage.play { stage in
            let anna = try await stage.owner()
            try await anna.write("/menu")
            let menu = try await anna.waits { $0["text"]?.string?.hasPrefix("Ромашка\n") ?? false }
            try await anna.press("menu:time", under: try #require(menu["message_id"]?.int))
            let times = try await anna.waits(for: "Когда присылать дайджест")
            try await anna.press("time:18:00", under: times)
            try await anna.waits(for: "Дайджест будет приходить каждый день в 18:00 (Москва).")
            let tenant = try await stage.tenant(of: anna)
            let scheduled: SQL = "SELECT local_time::text FROM cell.schedule WHERE tenant_id = \(tenant)"
            #expect(try await stage.cellTexts(scheduled) == ["18:00:00"])
        }
    }

    @Test func `the link to the panel signs in the person who asked`() async throws {
        try await Stage.play { stage in
            let anna = try await stage.owner()
            try await anna.write("/panel")
            let message = try await anna.waits { $0["text"]?.string?.contains("/sign-in/") ?? false }
            let text = try #require(message["text"]?.string)
            let token = try #require(text.firstMatch(of: /sign-in\/([A-Za-z0-9_-]{22})/).flatMap { Token($0.output.1) })
            let (session, _) = try await stage.parts.signIn.consume(token, userAgent: nil)
            #expect(session.companyName == "Ромашка")
            #expect(session.personName == "Анна")
        }
    }
}

extension Stage {
    /// Sends a recording and ends its call as the transcription and the analysis would; gives the result message.
    func analysedCall(of person: Person) async throws -> JSON {
        try await person.send(Sound.tone(seconds: 4), name: "звонок.wav")
        try await person.waits(for: "Запись получена. Сейчас начну.")
        try await endCall(of: person)
        return try await person.waits { $0["text"]?.string?.contains("Чек-лист") ?? false }
    }

    /// Ends the first call of the person's company as the transcription and the analysis would.
    func endCall(of person: Person) async throws {
        let call = CallID(1)
        let turn = Turn(
            number: 0,
            channel: 0,
            speaker: .operator,
            start: 0,
            end: 2,
            text: "Добрый день",
            words: [RecognizedWord(text: "Добрый", start: 0, end: 1, probability: 1)]
        )
        let quote = Quote(turn: 0, start: 0, end: 2, text: "Добрый день")
        let analysis = CallAnalysis(
            assessments: [Assessment(criterion: "greeting", verdict: .yes, quote: quote, reason: .said)],
            conversion: ConversionFinding(verdict: .yes, quote: quote, reason: .committed),
            statistics: Samples.statistics
        )
        try await database.tenant(try await tenant(of: person)) { tx in
            _ = try await CallStore(tx).move(call, from: [.received], to: .analysing)
            try await TranscriptStore(tx).replaceTurns([turn], of: call)
            let script = try await Scripts().active(in: tx)
            _ = try await AssessmentStore(tx).replace(analysis, by: script.id, of: call, at: Date())
            try tx.enqueue(CallJobs.analysed, CallJob(call: call))
        }
    }
}

/// Sound made without a file.
enum Sound {
    /// A 440 Hz tone as 16-bit WAV, 8 kHz mono.
    static func tone(seconds: Int) -> [UInt8] {
        func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
            withUnsafeBytes(of: number.littleEndian) { Array($0) }
        }
        let samples = (0..<(8_000 * seconds)).flatMap { index in
            bytes(Int16(8_000 * sin(2 * Double.pi * 440 * Double(index) / 8_000)))
        }
        let format =
            bytes(UInt16(1)) + bytes(UInt16(1)) + bytes(UInt32(8_000)) + bytes(UInt32(16_000)) + bytes(UInt16(2))
        let header = Array("WAVEfmt ".utf8) + bytes(UInt32(16)) + format + bytes(UInt16(16))
        let data = Array("data".utf8) + bytes(UInt32(samples.count)) + samples
        return Array("RIFF".utf8) + bytes(UInt32(header.count + data.count)) + header + data
    }
}
