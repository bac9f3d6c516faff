import Foundation
import HTTP
import Jobs
import Telegram
import Testing

@testable import Bot

@Suite struct DeliveryTests {
    private let text = OutgoingBody(
        method: "sendMessage",
        parameters: #"{"text": "<b>a</b> &lt;", "parse_mode": "HTML", "reply_parameters": {"message_id": 3}}"#
    )

    private func object(_ delivery: Delivery) throws -> NSDictionary? {
        try JSONSerialization.jsonObject(with: Data(delivery.parameters)) as? NSDictionary
    }

    @Test func `the first message of a slot is sent`() throws {
        let delivery = try Delivery(text, chat: 7, slotMessage: nil)
        #expect(delivery.method == "sendMessage")
        #expect(try object(delivery)?["chat_id"] as? Int == 7)
        #expect(try object(delivery)?["reply_parameters"] != nil)
    }

    @Test(arguments: [
        #"{"text": "a", "chat_id": 7}"#, #"{"chat_id": 7, "text": "\"chat_id\": 8"}"#, #"{"chat_id": 71, "text": "a"}"#,
        #"{"text": "a", "reply_parameters": {"chat_id": 7, "message_id": 3}}"#,
        #"{"chat_id": 7, "reply_parameters": {"chat_id": 8, "message_id": 3}}"#, #"{"text": "a"}"#, "{}",
        #"{"text": "{", "chat_id": 7}"#, #"{"text": "\"chat_id\": 7,", "chat_id": 8}"#,
    ])
    func `whatever a row says of chats, it goes to its own`(parameters: String) throws {
        let body = OutgoingBody(method: "sendMessage", parameters: parameters)
        let sent = try #require(try object(try Delivery(body, chat: 7, slotMessage: nil)))
        let stored = try JSONSerialization.jsonObject(with: Data(parameters.utf8))
        let expected = try #require((stored as? NSDictionary)?.mutableCopy() as? NSMutableDictionary)
        expected["chat_id"] = 7
        #expect(sent == expected)
    }

    @Test func `a later one edits it, without what an edit does not know`() throws {
        let delivery = try Delivery(text, chat: 7, slotMessage: 40)
        #expect(delivery.method == "editMessageText")
        #expect(
            try object(delivery)
                == ["chat_id": 7, "message_id": 40, "text": "<b>a</b> &lt;", "parse_mode": "HTML"] as NSDictionary
        )
    }

    @Test func `a file of a slot is never an edit`() throws {
        let voice = OutgoingBody(
            method: "sendVoice",
            parameters: "{}",
            file: OutgoingFile(field: "voice", name: "q.ogg", mime: "audio/ogg", bytes: [1])
        )
        let delivery = try Delivery(voice, chat: 7, slotMessage: 40)
        #expect(delivery.method == "sendVoice")
        #expect(delivery.upload?.bytes == [1])
    }

    @Test func `without formatting the text is what people would have read`() throws {
        let plain = try Delivery(text, chat: 7, slotMessage: nil).plain()
        #expect(try object(plain)?["text"] as? String == "a <")
        #expect(try object(plain)?["parse_mode"] == nil)
    }
}

@Suite struct DeliveryVerdictTests {
    private static func refused(_ code: Int, _ text: String, retryAfter: Int? = nil) -> TelegramFault {
        .refused(code: code, description: text, retryAfter: retryAfter, migrateTo: nil)
    }

    private func verdict(
        _ fault: TelegramFault,
        slotMessage: Int64? = nil,
        attempt: Int = 1,
        mayRepeat: Bool = false
    ) throws -> DeliveryVerdict {
        let body = OutgoingBody(method: "sendMessage", parameters: #"{"text": "a"}"#)
        return .verdict(
            on: fault,
            of: try Delivery(body, chat: 7, slotMessage: slotMessage),
            attempt: attempt,
            isSlotEdit: slotMessage != nil,
            mayRepeat: mayRepeat
        )
    }

    @Test func `an edit that changes nothing has arrived`() throws {
        #expect(
            try verdict(Self.refused(400, "Bad Request: message is not modified: …"), slotMessage: 4)
                == .sent(message: nil)
        )
    }

    @Test func `formatting that Telegram cannot read is taken out`() throws {
        #expect(try verdict(Self.refused(400, "Bad Request: can't parse entities: x")) == .withoutFormatting)
    }

    @Test func `a deleted message of a slot is sent anew, a lost one of no slot is refused`() throws {
        let gone = Self.refused(400, "Bad Request: message to edit not found")
        #expect(try verdict(gone, slotMessage: 4) == .anew)
        guard case .refused = try verdict(gone) else {
            Issue.record("sent again")
            return
        }
    }

    @Test func `limits wait as told, a blocked chat is closed, a bad token stops`() throws {
        #expect(try verdict(Self.refused(429, "Too Many Requests", retryAfter: 9)) == .limited(seconds: 9))
        guard case .closed = try verdict(Self.refused(403, "Forbidden: bot was blocked by the user")),
            case .badToken = try verdict(Self.refused(401, "Unauthorized"))
        else {
            Issue.record("neither closed nor stopped")
            return
        }
    }

    @Test func `a message that somebody in Telegram's place refused is sent anew some times, and then given up`() throws
    {
        let page = TelegramFault.nonsense(status: 400)
        guard case .later = try verdict(page), case .later = try verdict(page, slotMessage: 4, attempt: 5),
            case .refused = try verdict(page, attempt: DeliveryVerdict.nonsenseAttempts)
        else {
            Issue.record("it is lost at once, or stops its chat for ever")
            return
        }
    }

    @Test(arguments: [
        TelegramFault.nonsense(status: 502), refused(500, "Internal Server Error: restart"),
        .unreachable(HTTPFault(.cut, origin: "x", mayHaveReachedServer: true)),
    ])
    func `a message cut off in flight is ambiguous, an edit is simply repeated`(fault: TelegramFault) throws {
        guard case .ambiguous = try verdict(fault), case .later(2, _) = try verdict(fault, slotMessage: 4, attempt: 2),
            case .later(1, _) = try verdict(fault, mayRepeat: true)
        else {
            Issue.record("a message may be sent twice, or an edit is lost")
            return
        }
    }

    @Test func `what certainly was not sent is tried again, ever more slowly`() throws {
        let fault = TelegramFault.unreachable(HTTPFault(.couldNotConnect, origin: "x", mayHaveReachedServer: false))
        let waits = try (1...9).map { attempt -> Double in
            guard case .later(let seconds, _) = try verdict(fault, attempt: attempt) else { return -1 }
            return seconds
        }
        #expect(waits == [1, 2, 4, 8, 16, 32, 60, 60, 60])
    }
}
