import HTTP
import Support
import Testing

@testable import TelegramSandbox

@Suite(.serialized) struct `On the chat page` {
    private let menu = "[...document.querySelectorAll('.menu-item')].find(b => b.offsetParent && b.textContent === "

    @Test func `two people make a group and talk in it side by side`() async throws {
        try await Playground.play { play async throws in
            _ = try await play.post("/sandbox/users", ["first_name": "Борис"])
            try await Browser.open(Browser.Look(width: 1_280, height: 860)) { browser in
                try await browser.go(play.base)
                try await browser.wait(for: "document.querySelectorAll('.column').length === 2")
                try await browser.run("document.querySelector('.with > .icon-button').click()")
                try await browser.run("\(menu)'Новая группа').click()")
                try await browser.wait(for: "document.querySelector('dialog input[name=title]')")
                try await browser.type("Отдел\u{E007}")
                try await browser.wait(for: "document.querySelectorAll('.column .avatar.group').length === 2")
                let second = "document.querySelectorAll('.column')[1]"
                try await browser.wait(for: "\(second).querySelector('textarea').offsetParent")
                try await browser.run("\(second).querySelector('textarea').focus()")
                try await browser.type("слышно?\u{E007}")
                try await browser.wait(
                    for: "document.querySelector('.column .theirs .sender')?.textContent === 'Борис'"
                )
                // The bot, which is no administrator, heard only that it was let in.
                let heard = (try await play.bot("getUpdates").result.array ?? []).compactMap { $0["message"]?["text"] }
                #expect(heard == ["/start"])
                try await browser.run("\(second).querySelector('.with > .icon-button').click()")
                try await browser.run("\(menu)'Выйти из группы').click()")
                try await browser.wait(for: "\(second).querySelector('.gate .primary')?.textContent === 'Вступить'")
                #expect(try await browser.run("return document.documentElement.scrollWidth <= 1280") == "true")
                #expect(try await browser.complaints() == [])
            }
        }
    }

    @Test func `a person reacts, answers and changes words, on a phone too`() async throws {
        try await Playground.play { play async throws in
            _ = try await play.bot(
                "getUpdates",
                ["allowed_updates": ["message", "edited_message", "message_reaction"]]
            )
            let asked = try await play.say("Во сколько?").result["message_id"] ?? 0
            try await Browser.open(Browser.Look(width: 390, height: 844)) { browser in
                func open(_ message: JSON, _ item: String) async throws {
                    let more = "document.querySelector('[data-id=\"\(message.text)\"] .message-more')"
                    try await browser.wait(for: more)
                    try await browser.run("\(more).click()")
                    try await browser.run("\(item).click()")
                }
                try await browser.go("\(play.base)/?bot=test_bot")
                try await open(asked, "document.querySelectorAll('.reaction-choice')[1]")
                try await browser.wait(for: "document.querySelector('.reaction.given')")
                try await open(asked, "\(menu)'Ответить')")
                try await browser.type("в 5\u{E007}")
                try await browser.wait(for: "document.querySelector('.own .replied')")
                let answer = try #require(try await play.messages().last)
                #expect(answer["reply_to_message"]?["message_id"] == asked)
                try await open(answer["message_id"] ?? 0, "\(menu)'Изменить')")
                try await browser.type(" вечера\u{E007}")
                try await browser.wait(
                    for: "document.querySelector('.own .replied ~ .text')?.textContent === 'в 5 вечера'"
                )
                #expect(try await browser.run("return document.querySelector('.composer textarea').value") == "\"\"")
                #expect(try await browser.run("return document.documentElement.scrollWidth <= 390") == "true")
                #expect(try await browser.complaints() == [])
            }
            let updates = try await play.bot("getUpdates").result.array ?? []
            #expect(updates.compactMap { $0["message_reaction"]?["new_reaction"]?.array?.first?["emoji"] } == ["❤"])
            #expect(updates.compactMap { $0["edited_message"]?["text"] } == ["в 5 вечера"])
        }
    }

    @Test func `an album stands together, and files of it go on their own`() async throws {
        try await Playground.play { play async throws in
            let media: JSON = .array(
                ["a", "b", "a"].map { ["type": "photo", "media": .string("attach://\($0)")] }
            )
            let files = ["a", "b"].map { HTTPPart(name: $0, filename: "\($0).png", content: .bytes(Samples.png)) }
            let parts = [HTTPPart("chat_id", String(play.person)), HTTPPart("media", media.text)]
            let sent = try await play.bot("sendMediaGroup", parts: parts + files).result.array ?? []
            try await Browser.open(Browser.Look(width: 390, height: 844)) { browser in
                try await browser.go("\(play.base)/?bot=test_bot")
                try await browser.wait(for: "document.querySelectorAll('.album .message').length === 3")
                #expect(try await browser.run("return document.querySelectorAll('.album').length") == "1")
                for message in sent {
                    let place: JSON = ["chat_id": .integer(play.person), "message_id": message["message_id"] ?? 0]
                    _ = try await play.bot("deleteMessage", place)
                }
                try await browser.wait(for: "document.querySelectorAll('.album').length === 0")
            }
        }
    }
}
