import Foundation
import HTTP
import Kernel
import Support
import Telegram
import Testing

@testable import zvonar

/// The first path as a person walks it, with nothing made up but Telegram itself.
struct FirstPathTests {
    @Test func `a recording becomes a scored call, an answer, a page and a digest, for its company alone`() async throws
    {
        try await City.live { city in
            let olga = try await city.sandbox.person("Ольга")
            try await register(olga, company: "Домашний Мир")
            let call = try await sendRecording(olga)
            try await listen(olga, to: call)
            try await ask(olga)
            let visitor = try await openPanel(olga, in: city)
            try await lookAtCall(visitor)
            try await readDigest(olga)
            try await stayApart(city, visitor: visitor)
            try await keepQuiet(city, of: olga)
        }
    }

    /// The log of the whole path holds nothing of what was said, of who said it, or of what lets somebody in.
    func keepQuiet(_ city: City, of person: Person) async throws {
        let links = try await person.messages().flatMap { message in
            let texts = [message.text ?? ""] + message.buttons.compactMap(\.url)
            return texts.flatMap { $0.matches(of: /sign-in\/([A-Za-z0-9_-]{22})/).map { String($0.output.1) } }
        }
        #expect(!links.isEmpty)
        let token = try #require(city.environment["ZVONAR_TELEGRAM_TOKEN"])
        let key = try #require(city.environment["ZVONAR_SECRET_KEY"])
        let secrets = links + [token, String(token.drop { $0 != ":" }.dropFirst()), key, "owner-test", "cell-test"]
        let names = ["Ольга", "Домашний Мир", "Иван", "Автовыкуп", "08-appliance-complaint-rude"]
        let words = ["жалоб", "роспотребнадзор", "стиральн", "вернуть деньги", "перелёт", "Луне"]
        #expect(city.log.lines(holding: secrets + names + words) == [])
        #expect(city.log.lines.count > 10, "else this shows nothing")
    }

    func register(_ person: Person, company: String) async throws {
        try await person.write("/start")
        try await person.wait(forText: "называется")
        try await person.write(company)
        let zones = try await person.wait(for: "the question of the zone") {
            $0.buttons.contains { $0.text.contains("Москва") }
        }
        try await person.press(zones.button("Москва"), under: zones)
        let ready = try await person.wait(forText: "«\(company)» зарегистрирована")
        #expect(ready.buttons.count >= 4)
        let again = try await person.write("/start")
        let greeting = try await person.wait(for: "a greeting", after: again.messageID) { $0.text != nil }
        #expect(greeting.text?.contains(company) == true)
        #expect(ready.messageID != greeting.messageID)
    }

    /// Gives the result message.
    func sendRecording(_ person: Person) async throws -> Message {
        let sent = try await person.send(Fixtures.recording("08-appliance-complaint-rude"), as: "audio")
        let progress = try await person.wait(for: "a progress message", after: sent.messageID) { $0.text != nil }
        let result = try await person.wait(for: "the result", after: progress.messageID, within: .seconds(300)) {
            $0.text?.contains("0:36") == true
        }
        let text = try #require(result.text)
        // The truth of this call: nobody greeted and the operator was rude.
        for line in ["❌", "✅"] { #expect(text.contains(line), "\(text)") }
        #expect(result.buttons.count >= 3)
        // The one message that followed the work ends by saying so.
        try await person.wait(for: "the end of the progress") {
            $0.messageID == progress.messageID && $0.text?.contains("Готово") == true
        }
        return result
    }

    func listen(_ person: Person, to call: Message) async throws {
        try await person.press(call.button("Транскрипт"), under: call)
        let transcript = try await person.wait(for: "the transcript", after: call.messageID) { $0.document != nil }
        let file = try #require(transcript.document)
        #expect(file.fileName?.hasSuffix(".txt") == true)
        let text = String(decoding: try await person.side.bytes("/sandbox/files/\(file.fileID)"), as: UTF8.self)
        #expect(text.lowercased().contains("жалоб"))
        let clip = try #require(call.buttons.first { $0.callbackData?.hasPrefix("clip:") == true })
        try await person.press(clip, under: call)
        try await hear(person, after: call.messageID)
    }

    private func hear(_ person: Person, after message: Int64) async throws {
        let clip = try await person.wait(for: "a clip", after: message) { $0.voice != nil }
        let bytes = try await person.side.bytes("/sandbox/files/\(try #require(clip.voice).fileID)")
        #expect(bytes.starts(with: Array("OggS".utf8)))
        #expect(bytes.count > 2000)
    }

    func ask(_ person: Person) async throws {
        let question = try await person.write("кто требовал вернуть деньги за стиральную машину?")
        let answer = try await person.wait(for: "an answer with a clip", after: question.messageID) {
            $0.buttons.contains { $0.callbackData?.hasPrefix("clip:") == true }
        }
        let clip = try #require(answer.buttons.first { $0.callbackData?.hasPrefix("clip:") == true })
        try await person.press(clip, under: answer)
        try await hear(person, after: answer.messageID)
        let nonsense = try await person.write("сколько стоит перелёт на Марс с пересадкой на Луне?")
        let nothing = try await person.wait(for: "an honest nothing", after: nonsense.messageID) {
            $0.text?.contains("ничего похожего не нашлось") == true
        }
        #expect(nothing.buttons.allSatisfy { $0.callbackData?.hasPrefix("clip:") != true })
    }

    func openPanel(_ person: Person, in city: City) async throws -> Visitor {
        let address = try await person.panelLink()
        let visitor = try Visitor()
        // Looking, as a messenger's preview does, uses nothing up.
        for _ in 0..<2 { #expect(try await visitor.get(address).text.contains("Войти")) }
        try await visitor.signIn(address)
        let list = try await visitor.get(city.panel + "/calls")
        #expect(list.status == 200)
        #expect(list.text.contains("0:36"))
        let used = try await Visitor().get(address)
        #expect(used.status != 200 || !used.text.contains("<form"))
        return try visitor.at(city.panel, call: #require(list.text.firstMatch(of: /\/calls\/([0-9]+)/)).1)
    }

    func lookAtCall(_ visitor: Visitor) async throws {
        let page = try await visitor.get(visitor.callPage)
        #expect(page.status == 200)
        #expect(page.text.lowercased().contains("роспотребнадзор") || page.text.lowercased().contains("жалоб"))
        let audio = try await visitor.get(visitor.callPage + "/audio", ["Range": "bytes=0-99"])
        #expect(audio.status == 206)
        #expect(audio.body.count == 100)
    }

    func readDigest(_ person: Person) async throws {
        let asked = try await person.write("/digest")
        let digest = try await person.wait(for: "the digest", after: asked.messageID) {
            $0.text?.contains("1 звонок") == true
        }
        #expect(digest.text?.isEmpty == false)
    }

    func stayApart(
        _ city: City,
        visitor: Visitor
    ) async throws {
        let ivan = try await city.sandbox.person("Иван")
        try await register(ivan, company: "Автовыкуп")
        let question = try await ivan.write("кто требовал вернуть деньги за стиральную машину?")
        let nothing = try await ivan.wait(for: "nothing", after: question.messageID) {
            $0.text?.contains("ничего похожего не нашлось") == true
        }
        #expect(nothing.buttons.allSatisfy { $0.callbackData?.hasPrefix("clip:") != true })
        let asked = try await ivan.write("/digest")
        let digest = try await ivan.wait(for: "an empty digest", after: asked.messageID) { $0.text != nil }
        #expect(digest.text?.contains("1 звонок") == false)
        let neighbour = try Visitor()
        try await neighbour.signIn(try await ivan.panelLink())
        for path in ["", "/audio", "/transcript.txt"] {
            #expect(try await neighbour.get(visitor.callPage + path).status == 404)
        }
        #expect(try await !neighbour.get(city.panel + "/calls").text.contains("0:36"))
        #expect(try await Visitor().get(visitor.callPage).status == 401)
    }
}
