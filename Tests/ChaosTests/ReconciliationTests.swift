import Testing

@testable import Chaos

/// That the reconciliation can fail: each rule is shown what it is there to find.
struct ReconciliationTests {
    /// A chat with one small answer, one question and one recording, all as it must be.
    private var good: Evidence {
        var evidence = Evidence()
        evidence.deeds = [
            Deed(chat: 1, message: 10, .small(rows: 1)), Deed(chat: 1, message: 11, .question),
            Deed(chat: 1, message: 12, .recording(name: "хаос-0.wav")), Deed(chat: 1, pressed: "menu", .small(rows: 1)),
        ]
        evidence.updates = [
            update(100, message: 10, route: 0), update(101, message: 11, route: 5), update(102, message: 12, route: 5),
            update(103, message: nil, route: 0),
        ]
        evidence.handledInCell = [101, 102]
        evidence.saidHandled = [100: 1, 101: 1]
        evidence.questions = [RecordingKey(chat: 1, message: 11)]
        evidence.storedCalls = [
            StoredCall(
                tenant: 5,
                id: 1,
                origin: RecordingKey(chat: 1, message: 12),
                slot: "recording:12",
                state: "done"
            )
        ]
        evidence.rows = [
            row(1, "Помощь", message: 20, isOfPlatform: true), row(2, "Меню", message: 21, isOfPlatform: true),
            row(3, "Ищу", message: 22, slot: "question:11"), row(4, "Ответ", message: 22, slot: "question:11"),
            row(5, "Принято", message: 23, slot: "recording:12"), row(6, Self.result, message: 24, replyTo: 12),
        ]
        evidence.slots = [SlotKey(chat: 1, slot: "recording:12"): 23, SlotKey(chat: 1, slot: "question:11"): 22]
        evidence.messages = [1: [20: "Помощь", 21: "Меню", 22: "Ответ", 23: "Готово.", 24: "хаос-0.wav"]]
        evidence.calls = [
            call(1, "Помощь"), call(2, "Меню"), call(3, "Ищу"), call(4, "Принято"), call(5, Self.result, replyTo: 12),
        ]
        return evidence
    }

    private static let result = "<b>хаос-0.wav</b> · 0:02"

    @Test func `what is as it must be is not complained of`() {
        #expect(Reconciliation(good).violations == [])
    }

    @Test func `a doubled result is found`() {
        var evidence = good
        evidence.calls.append(call(6, Self.result, replyTo: 12))
        evidence.messages[1]?[25] = "хаос-0.wav"
        let violations = Reconciliation(evidence).violations
        #expect(violations.contains("хаос-0.wav of chat 1 has 2 results"))
        #expect(violations.contains { $0.hasPrefix("chat 1 got 2 times «<b>хаос-0.wav") })
        #expect(violations.contains("chat 1 has 1 messages of no row and 0 ambiguous ones"))
    }

    @Test func `a result that was never sent is found`() {
        var evidence = good
        evidence.calls.removeLast()
        evidence.messages[1]?[24] = nil
        let violations = Reconciliation(evidence).violations
        #expect(violations.contains("cell.outbox 6: message 24 of chat 1 is not there"))
        #expect(violations.contains("the result of хаос-0.wav of chat 1 is sent by cell.outbox 6 and nobody has it"))
    }

    @Test func `an ambiguous result is allowed when its progress message says that it is ready, and not otherwise`() {
        var evidence = good
        evidence.calls.removeLast()
        evidence.messages[1]?[24] = nil
        evidence.rows[5] = row(6, Self.result, state: "ambiguous", message: nil, replyTo: 12)
        #expect(
            Reconciliation(evidence).violations == [
                "the result of хаос-0.wav of chat 1 is ambiguous and its progress says «Готово.»"
            ]
        )
        #expect(Reconciliation(evidence).offered.isEmpty)
        evidence.messages[1]?[23] = "Результат готов."
        #expect(Reconciliation(evidence).violations == [])
        // Its button is pressed afterwards.
        #expect(Reconciliation(evidence).offered.map(\.progress) == [23])
    }

    @Test func `an update that was stored twice, never, or handled by two is found`() {
        var evidence = good
        evidence.updates.append(update(104, message: 10, route: 0))
        #expect(Reconciliation(evidence).violations.contains("message 10 of chat 1 was stored 2 times"))
        evidence = good
        evidence.updates.removeFirst()
        #expect(Reconciliation(evidence).violations.contains("message 10 of chat 1 was stored 0 times"))
        evidence = good
        evidence.updates.removeLast()
        #expect(Reconciliation(evidence).violations.contains("«menu» of chat 1 was pressed 1 and stored 0 times"))
        evidence = good
        evidence.saidHandled[101] = 2
        #expect(Reconciliation(evidence).violations == ["update 101 was handled 2 times"])
    }

    @Test func `an update whose effects are doubled or missing is found`() {
        var evidence = good
        evidence.rows.append(row(7, "Помощь", state: "replaced", message: nil, isOfPlatform: true))
        #expect(Reconciliation(evidence).violations == ["chat 1 has 3 small answers and should have 2"])
        evidence = good
        evidence.handledInCell = [101]
        #expect(Reconciliation(evidence).violations == ["update 102 stands 0 times among those of a company"])
        evidence = good
        evidence.questions.append(RecordingKey(chat: 1, message: 11))
        #expect(Reconciliation(evidence).violations == ["question 11 of chat 1 was asked 2 times"])
    }

    @Test func `a second call of one recording, and one that is not done, is found`() {
        var evidence = good
        evidence.storedCalls.append(evidence.storedCalls[0])
        let violations = Reconciliation(evidence).violations
        #expect(violations == ["хаос-0.wav of chat 1 became 2 calls", "1 recordings became 2 calls"])
    }

    @Test func `what is left over is found`() {
        var evidence = good
        evidence.jobs = [LeftJob(id: 3, type: "call.transcribe", state: "later", error: nil)]
        evidence.rows[1] = row(2, "Меню", state: "sending", message: nil, isOfPlatform: true)
        let violations = Reconciliation(evidence).violations
        #expect(violations.contains("job 3 call.transcribe is later: no error"))
        #expect(violations.contains("platform.outbox 2 of chat 1 is sending: no error"))
    }

    @Test func `somebody with two companies, or none, is found`() {
        var evidence = good
        evidence.registered = [7, 8]
        evidence.companies = [7: 2]
        #expect(
            Reconciliation(evidence).violations == [
                "person 7 registered once and has 2 companies", "person 8 registered once and has 0 companies",
            ]
        )
    }

    private func update(_ id: Int64, message: Int64?, route: Int64) -> StoredUpdate {
        StoredUpdate(
            id: id,
            chat: 1,
            message: message,
            pressed: message == nil ? "menu" : nil,
            state: "handled",
            route: route
        )
    }

    private func row(
        _ id: Int64,
        _ text: String,
        state: String = "sent",
        message: Int64?,
        slot: String? = nil,
        replyTo: Int64? = nil,
        isOfPlatform: Bool = false
    ) -> SentRow {
        SentRow(
            id: id,
            isOfPlatform: isOfPlatform,
            chat: 1,
            method: "sendMessage",
            text: text,
            replyTo: replyTo,
            slot: slot,
            state: state,
            message: message,
            tellsWhenAmbiguous: replyTo != nil,
            error: nil
        )
    }

    private func call(_ number: Int, _ text: String, replyTo: Int64? = nil) -> LoggedCall {
        LoggedCall(
            number: number,
            method: "sendmessage",
            chat: 1,
            text: text,
            replyTo: replyTo,
            target: nil,
            status: 200,
            isLostAfterEffect: false
        )
    }
}
