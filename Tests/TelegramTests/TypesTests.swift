import Foundation
import Telegram
import Testing

@Suite struct TypesTests {
    private func update(_ json: String) throws -> Update {
        try JSONDecoder().decode(Update.self, from: Data(json.utf8))
    }

    private static let voice = """
        {"update_id": 700000001, "message": {"message_id": 5, "date": 1750000000, "new_in_11_0": {"x": [1]},
         "from": {"id": 4503599627370495, "is_bot": false, "first_name": "Иван", "language_code": "ru-RU"},
         "chat": {"id": -1001234567890, "type": "supergroup", "title": "Отдел", "accent_color_id": 3},
         "reply_to_message": {"message_id": 4, "date": 1749999999, "text": "/start@bot x",
           "entities": [{"type": "bot_command", "offset": 0, "length": 10}, {"type": "new_kind", "offset": 0, "length": 1}],
           "chat": {"id": -1001234567890, "type": "supergroup"}},
         "voice": {"file_id": "AwA", "file_unique_id": "u", "duration": 7, "mime_type": "audio/ogg", "file_size": 900}}}
        """

    @Test func `a message is read and what is new in it passed over`() throws {
        let update = try update(Self.voice)
        guard case .message(let message) = update.kind else { return #expect(Bool(false), "\(update.kind)") }
        #expect(update.id == 700_000_001)
        #expect(message.from?.id == 4_503_599_627_370_495)
        #expect(message.chat.type == .supergroup)
        #expect(message.voice?.fileSize == 900)
        #expect(message.replyToMessage?.text == "/start@bot x")
        #expect(message.replyToMessage?.entities?.map(\.type) == [.botCommand, .init(rawValue: "new_kind")])
    }

    @Test func `what is read can be written and read again`() throws {
        let one = try update(Self.voice)
        let json = String(decoding: try JSONEncoder().encode(one), as: UTF8.self)
        #expect(try update(json) == one)
        #expect(json.contains("\"reply_to_message\":{") && json.contains("\"file_unique_id\":\"u\""))
    }

    @Test(arguments: [
        (#"{"update_id": 1, "message_reaction": {"chat": {}}}"#, Update.Kind.unknown("message_reaction")),
        (#"{"update_id": 1, "guest_message_of_12_0": [1, 2]}"#, .unknown("guest_message_of_12_0")),
        (#"{"update_id": 1}"#, .unknown("")),
        (
            #"{"update_id": 1, "message": {"message_id": 1, "date": 5, "chat": {"id": 7, "type": "planet"}}}"#,
            .unreadable("message", at: "message.chat.type")
        ),
        (
            #"{"update_id": 1, "callback_query": {"id": "1", "from": {"id": 3}}}"#,
            .unreadable("callback_query", at: "callback_query.from.is_bot")
        ),
    ])
    func `an update nobody knows holds up nothing`(json: String, kind: Update.Kind) throws {
        let update = try update(json)
        #expect(update.id == 1)
        #expect(update.kind == kind)
    }

    @Test func `a press below a message that is gone is read`() throws {
        let update = try update(
            """
            {"update_id": 2, "callback_query": {"id": "9", "chat_instance": "c", "data": "call:7",
             "from": {"id": 77, "is_bot": false, "first_name": "И"},
             "message": {"message_id": 12, "date": 0, "chat": {"id": 77, "type": "private"}}}}
            """
        )
        guard case .callbackQuery(let query) = update.kind else { return #expect(Bool(false), "\(update.kind)") }
        #expect(query.message?.isInaccessible == true)
        #expect(query.message?.messageID == 12)
    }

    @Test(arguments: [
        ("kicked", nil, false), ("member", nil, true), ("restricted", false, false), ("restricted", true, true),
    ])
    func `a block is a change of the bot's own standing`(status: String, isMember: Bool?, isPresent: Bool) throws {
        let member = isMember.map { #", "is_member": \#($0)"# } ?? ""
        let user = #""user": {"id": 1, "is_bot": true, "first_name": "B"}"#
        let update = try update(
            """
            {"update_id": 3, "my_chat_member": {"chat": {"id": 77, "type": "private"}, "date": 1,
             "from": {"id": 77, "is_bot": false, "first_name": "И"},
             "old_chat_member": {"status": "left", \(user)}, "new_chat_member": {"status": "\(status)", \(user)\(member)}}}
            """
        )
        guard case .myChatMember(let change) = update.kind else { return #expect(Bool(false), "\(update.kind)") }
        #expect(change.newChatMember.isPresent == isPresent)
    }

    @Test(arguments: [
        (
            ReplyMarkup.inline(
                InlineKeyboardMarkup(inlineKeyboard: [[InlineKeyboardButton(text: "a", callbackData: "b")]])
            ),
            #"{"inline_keyboard":[[{"callback_data":"b","text":"a"}]]}"#
        ),
        (
            .keyboard(
                ReplyKeyboardMarkup(keyboard: [[KeyboardButton(text: "t", requestContact: true)]], resizeKeyboard: true)
            ),
            #"{"keyboard":[[{"request_contact":true,"text":"t"}]],"resize_keyboard":true}"#
        ),
        (.remove(ReplyKeyboardRemove()), #"{"remove_keyboard":true}"#),
        (.forceReply(ForceReply(inputFieldPlaceholder: "p")), #"{"force_reply":true,"input_field_placeholder":"p"}"#),
    ])
    func `a keyboard is written as the plain object and read from it`(markup: ReplyMarkup, json: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(String(decoding: try encoder.encode(markup), as: UTF8.self) == json)
        #expect(try JSONDecoder().decode(ReplyMarkup.self, from: Data(json.utf8)) == markup)
    }
}
