import Foundation
import HTTP
import Support
import Testing

@testable import TelegramSandbox

/// A bot that answers every text with buttons and every press with an alert, for as long as a page is driven.
private func answering(_ play: Playground, _ body: () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            var offset = 0
            while !Task.isCancelled {
                let updates = try await play.bot("getUpdates", ["timeout": 20, "offset": .integer(offset)]).result
                for update in updates.array ?? [] {
                    offset = (update["update_id"]?.int ?? 0) + 1
                    try await answer(update, play)
                }
            }
        }
        do {
            try await body()
        } catch {
            group.cancelAll()
            throw error
        }
        group.cancelAll()
    }
}

private func answer(_ update: JSON, _ play: Playground) async throws {
    if let query = update["callback_query"] {
        _ = try await play.bot(
            "answerCallbackQuery",
            ["callback_query_id": query["id"] ?? "", "text": "Записано", "show_alert": true]
        )
        return
    }
    guard let message = update["message"], let chat = message["chat"]?["id"] else { return }
    let keyboard: JSON = ["inline_keyboard": [[["text": "Да", "callback_data": "yes"]]]]
    let text = message["voice"] != nil ? "Слышу" : "<b>Вы</b>: \(message["text"]?.string ?? "") <i>&lt;img&gt;</i>"
    let sent = try await play.bot(
        "sendMessage",
        ["chat_id": chat, "text": .string(text), "parse_mode": "HTML", "reply_markup": keyboard]
    )
    guard message["text"] == "правка" else { return }
    _ = try await play.bot(
        "editMessageText",
        ["chat_id": chat, "message_id": sent.result["message_id"] ?? 0, "text": "исправлено", "reply_markup": keyboard]
    )
}

@Suite(.serialized) struct `In a browser` {
    @Test func `a person writes, sees the answer, presses a button and reads the alert`() async throws {
        try await Playground.play { play async throws in
            try await answering(play) {
                try await Browser.open { browser in
                    try await browser.go(play.base)
                    try await browser.wait(for: "document.querySelectorAll('.message.theirs').length === 1")
                    try await browser.run("document.querySelector('textarea').focus()")
                    try await browser.type("привет\u{E007}")
                    try await browser.wait(for: "document.querySelectorAll('.message.theirs').length === 2")
                    let shown = try await browser.run(
                        "return [...document.querySelectorAll('.theirs .text')].at(-1).textContent"
                    )
                    #expect(shown == "\"Вы: привет <img>\"")
                    #expect(
                        try await browser.run("return document.querySelector('.theirs strong').textContent") == "\"Вы\""
                    )
                    try await browser.run("[...document.querySelectorAll('.inline-button')].at(-1).click()")
                    try await browser.wait(for: "document.querySelector('dialog .words')?.textContent === 'Записано'")
                    try await browser.run("document.querySelector('dialog .primary').click()")
                    try await browser.run("document.querySelector('textarea').focus()")
                    try await browser.type("правка\u{E007}")
                    try await browser.wait(
                        for: "[...document.querySelectorAll('.theirs .text')].at(-1)?.textContent === 'исправлено'"
                    )
                    #expect(try await browser.complaints() == [])
                }
            }
        }
    }

    @Test func `whoever opens the page first on a phone finds a person and a bot, starts it and writes`() async throws {
        try await Playground.play(hasPerson: false) { play async throws in
            try await answering(play) {
                try await Browser.open(Browser.Look(width: 390, height: 844)) { browser in
                    try await browser.go(play.base)
                    let start = "document.querySelector('.gate button')"
                    try await browser.wait(for: "\(start)?.offsetParent")
                    // Nothing is wider than the phone, and the one thing to do is in reach of a thumb.
                    let reach = try await browser.run(
                        "const box = \(start).getBoundingClientRect();"
                            + "return document.documentElement.scrollWidth <= innerWidth && box.bottom <= innerHeight && box.height >= 40"
                    )
                    #expect(reach == "true")
                    try await browser.run("\(start).click()")
                    try await browser.wait(
                        for: "[...document.querySelectorAll('.theirs .text')].at(-1)?.textContent.includes('/start')"
                    )
                    try await browser.run("document.querySelector('textarea').focus()")
                    try await browser.type("привет\u{E007}")
                    try await browser.wait(
                        for: "[...document.querySelectorAll('.theirs .text')].at(-1)?.textContent.includes('привет')"
                    )
                    #expect(try await browser.complaints() == [])
                }
            }
            #expect(try await play.get("/sandbox/users").json.array?.count == 1)
        }
    }

    @Test func `a person records a voice message that is Ogg with Opus`() async throws {
        try await Playground.play { play async throws in
            try await answering(play) {
                try await Browser.open(Browser.Look(width: 390, height: 844)) { browser in
                    try await browser.go(play.base)
                    try await browser.wait(for: "document.querySelector('.composer .send')?.offsetParent")
                    try await browser.run("document.querySelector('.composer .send').click()")
                    try await browser.wait(for: "document.querySelector('.record-time')?.textContent === '0:01'")
                    try await browser.run("document.querySelector('.record-bar .send').click()")
                    try await browser.wait(for: "document.querySelector('.own .player')")
                    #expect(try await browser.complaints() == [])
                }
            }
            let voice = try #require(try await play.messages().compactMap { $0["voice"] }.first)
            #expect(voice["duration"]?.int ?? 0 >= 1)
            let bytes = try await play.bytes("/sandbox/files/\(voice["file_id"]?.string ?? "")").body
            #expect(FileFacts(Data(bytes)).canBeVoice)
            #expect(bytes.starts(with: "OggS".utf8))
        }
    }

    @Test func `two persons stand side by side on a desk, one on a phone, and nothing overflows`() async throws {
        try await Playground.play { play async throws in
            let second = try await play.post("/sandbox/users", ["first_name": "Борис"]).json["id"]?.int ?? 0
            for (width, columns) in [(1_440, 2), (390, 1)] {
                try await Browser.open(Browser.Look(width: width, height: 844, isDark: width == 390)) { browser in
                    try await browser.go(play.base)
                    try await browser.wait(for: "document.querySelectorAll('.column').length === \(columns)")
                    try await browser.wait(for: "document.querySelector('.message')")
                    #expect(try await browser.run("return document.documentElement.scrollWidth <= \(width)") == "true")
                    #expect(try await browser.complaints() == [])
                }
            }
            try await Browser.open { browser in
                try await browser.go("\(play.base)/?bot=test_bot&start=ref_1")
                try await browser.wait(
                    for: "[...document.querySelectorAll('.gate .primary')].some(b => b.offsetParent)"
                )
                let start = "[...document.querySelectorAll('.gate .primary')].find(b => b.offsetParent)"
                try await browser.run("\(start).click()")
                try await browser.wait(for: "document.querySelectorAll('.message').length === 2")
            }
            let messages = try await play.get("/sandbox/chats/\(second)/messages?bot=test_bot").json.array ?? []
            #expect(messages.map { $0["text"] } == ["/start ref_1"])
        }
    }
}
