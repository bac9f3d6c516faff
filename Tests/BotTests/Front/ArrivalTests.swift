import Foundation
import Kernel
import Telegram
import Testing

@testable import Bot

@Suite struct ArrivalTests {
    private func arrival(_ payload: String) throws -> Arrival? {
        let json = #"{"update_id": 1, \#(payload)}"#
        return Arrival(try JSONDecoder().decode(Update.self, from: Data(json.utf8)))
    }

    private func message(_ content: String, chat: String = "private", id: Int = 7) throws -> Event? {
        try arrival(
            #"""
            "message": {"message_id": 3, "date": 1, "chat": {"id": \#(id), "type": "\#(chat)"},
            "from": {"id": 7, "is_bot": false, "first_name": "Анна"}, \#(content)}
            """#
        )?.event
    }

    @Test(arguments: [
        (#""text": "/start""#, Event.command("start")), (#""text": "/Menu@our_bot now""#, .command("menu")),
        (#""text": "/start payload""#, .command("start")), (#""text": "кто жаловался?""#, .text("кто жаловался?")),
        (
            #""voice": {"file_id": "v", "file_unique_id": "u", "duration": 3, "file_size": 9}"#,
            .recording(IncomingRecording(fileID: "v", name: nil, byteCount: 9))
        ),
        (
            #""audio": {"file_id": "a", "file_unique_id": "u", "duration": 3, "title": "Звонок"}"#,
            .recording(IncomingRecording(fileID: "a", name: "Звонок", byteCount: nil))
        ),
        (
            #""document": {"file_id": "d", "file_unique_id": "u", "file_name": "a.pdf", "mime_type": "application/pdf"}"#,
            .recording(IncomingRecording(fileID: "d", name: "a.pdf", byteCount: nil))
        ),
        (
            #""video": {"file_id": "d", "file_unique_id": "u", "width": 1, "height": 1, "duration": 1}"#, .video
        ),
        (#""photo": [{"file_id": "d", "file_unique_id": "u", "width": 1, "height": 1}]"#, .otherMedia),
        (#""sticker": {"file_id": "s"}"#, .otherMedia),
    ])
    func `what a person sends is told by what it is`(content: String, event: Event) throws {
        #expect(try message(content) == event)
    }

    @Test func `in a group only commands are answered`() throws {
        #expect(try message(#""text": "/start""#, chat: "supergroup", id: -100) == .group)
        #expect(try message(#""text": "привет""#, chat: "group", id: -100) == nil)
        #expect(
            try message(#""voice": {"file_id": "v", "file_unique_id": "u", "duration": 3}"#, chat: "group", id: -1)
                == nil
        )
    }

    @Test func `being blocked, let in and added to a group are told apart`() throws {
        func change(_ chat: String, _ id: Int, from old: String, to new: String) throws -> Event? {
            let bot = #"{"id": 5, "is_bot": true, "first_name": "Б"}"#
            return try arrival(
                #"""
                "my_chat_member": {"chat": {"id": \#(id), "type": "\#(chat)"}, "date": 1,
                "from": {"id": 7, "is_bot": false, "first_name": "Анна"},
                "old_chat_member": {"status": "\#(old)", "user": \#(bot)},
                "new_chat_member": {"status": "\#(new)", "user": \#(bot)}}
                """#
            )?.event
        }
        #expect(try change("private", 7, from: "member", to: "kicked") == .blocked(true))
        #expect(try change("private", 7, from: "kicked", to: "member") == .blocked(false))
        #expect(try change("group", -1, from: "left", to: "member") == .group)
        #expect(try change("group", -1, from: "member", to: "left") == nil)
    }

    @Test func `edits, unknown kinds and unreadable forms ask for nothing`() throws {
        let edited =
            #""edited_message": {"message_id": 3, "date": 1, "chat": {"id": 7, "type": "private"}, "text": "x"}"#
        #expect(try arrival(edited) == nil)
        #expect(try arrival(#""guest_message": {"a": 1}"#) == nil)
        #expect(try arrival(#""message": {"message_id": "three"}"#) == nil)
    }

    @Test func `a press carries what its button asks, and only a visible message can be edited`() throws {
        func press(_ date: Int, _ data: String) throws -> Arrival? {
            try arrival(
                #"""
                "callback_query": {"id": "q", "chat_instance": "c", "data": "\#(data)",
                "from": {"id": 7, "is_bot": false, "first_name": "Анна"},
                "message": {"message_id": 4, "date": \#(date), "chat": {"id": 7, "type": "private"}}}
                """#
            )
        }
        #expect(try press(1, "menu")?.event == .press(.menu, message: 4))
        #expect(try press(0, "menu")?.event == .press(.menu, message: nil))
        #expect(try press(1, "gone:1")?.event == .press(nil, message: 4))
        #expect(try press(1, "menu")?.callback == "q")
    }
}
