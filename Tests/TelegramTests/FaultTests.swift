import HTTP
import Telegram
import Testing

@Suite struct FaultTests {
    private func refused(_ code: Int, _ text: String) -> TelegramFault {
        .refused(code: code, description: text, retryAfter: nil, migrateTo: nil)
    }

    @Test func `a refusal says what it is about`() {
        let notModified =
            "Bad Request: message is not modified: specified new message content and reply markup are exactly the same"
        #expect(refused(400, notModified).isNotModified)
        #expect(!refused(400, "Bad Request: message to edit not found").isNotModified)
        #expect(refused(400, "Bad Request: message to edit not found").isMessageGone)
        #expect(refused(400, "Bad Request: message can't be edited").isMessageGone)
        #expect(refused(403, "Forbidden: bot was blocked by the user").isBlocked)
        #expect(refused(403, "Forbidden: user is deactivated").isBlocked)
        #expect(!refused(400, "Bad Request: chat not found").isBlocked)
        #expect(refused(400, "Bad Request: chat not found").isChatNotFound)
        #expect(refused(401, "Unauthorized").isBadToken)
        #expect(refused(404, "Not Found").isBadToken)
        #expect(!refused(404, "Not Found: method not found").isBadToken)
        #expect(refused(409, "Conflict: terminated by other getUpdates request").isConflict)
        #expect(refused(400, "Bad Request: file is too big").isFileTooBig)
        #expect(refused(400, "Bad Request: can't parse entities: Unclosed start tag at byte offset 3").isUnparsable)
        #expect(refused(400, "Bad Request: query is too old and response timeout expired").isQueryTooOld)
    }

    @Test(arguments: [
        (400, false, false), (403, false, false), (409, true, false), (429, true, false), (500, true, true),
    ])
    func `a refusal did nothing unless the server itself broke`(code: Int, isPassing: Bool, mayHave: Bool) {
        #expect(refused(code, "x").isPassing == isPassing)
        #expect(refused(code, "x").mayHaveTakenEffect == mayHave)
    }

    @Test(arguments: [true, false])
    func `a silence tells what the connection knows`(mayHave: Bool) {
        let fault = TelegramFault.unreachable(
            HTTPFault(.cut, origin: "https://api.telegram.org", mayHaveReachedServer: mayHave)
        )
        #expect(fault.mayHaveTakenEffect == mayHave)
        #expect(fault.isPassing)
    }

    @Test func `words of people that Telegram quotes are not printed`() {
        let fault = refused(
            400,
            #"Bad Request: can't parse entities: Unsupported start tag "Иванова 79161234567" at byte offset 3"#
        )
        #expect(!"\(fault)".contains("Иванова") && "\(fault)".contains("at byte offset 3"))
    }

    @Test(arguments: ["", "1", "1:", ":a", "x:abc", "1:a b", "1:a/../b", "1:a:b", "-1:abc", "+1:abc", "0:abc", "1:абв"])
    func `what is no token is refused`(text: String) {
        #expect(BotToken(text) == nil)
    }
}
