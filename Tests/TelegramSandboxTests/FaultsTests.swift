import HTTP
import Testing

@testable import TelegramSandbox

@Suite struct `A developer plans` {
    @Test func `an error for the next calls of a method`() async throws {
        try await Playground.play { play async throws in
            _ = try await play.post(
                "/sandbox/faults",
                ["method": "sendMessage", "status": 500, "description": "Internal Server Error: restart", "count": 2]
            )
            #expect(try await play.bot("getMe").status == 200)
            for _ in 0..<2 {
                #expect(
                    try await play.say("x").json == [
                        "ok": false, "error_code": 500, "description": "Internal Server Error: restart",
                    ]
                )
            }
            #expect(try await play.say("x").status == 200)
        }
    }

    @Test func `a flood error with its delay in the body and the header`() async throws {
        try await Playground.play { play async throws in
            _ = try await play.post("/sandbox/faults", ["method": "*", "status": 429, "retry_after": 7])
            let answer = try await play.say("x")
            #expect(answer.description == "Too Many Requests: retry after 7")
            #expect(answer.json["parameters"]?["retry_after"] == 7)
            #expect(answer.headers["Retry-After"] == "7")
        }
    }

    @Test(arguments: [("before", 1), ("after", 2)])
    func `a lost connection before or after the effect`(drop: String, messages: Int) async throws {
        try await Playground.play { play async throws in
            _ = try await play.post("/sandbox/faults", ["method": "sendMessage", "drop": .string(drop)])
            await #expect(throws: HTTPFault.self) { try await play.say("дошло?") }
            #expect(try await play.messages().count == messages)
            let call = try await play.get("/sandbox/log").json.array?.last
            #expect(call?["status"] == 0)
        }
    }

    @Test func `a hanging call`() async throws {
        try await Playground.play { play async throws in
            _ = try await play.post("/sandbox/faults", ["method": "getMe", "delay_ms": 300])
            let start = ContinuousClock.now
            #expect(try await play.bot("getMe").status == 200)
            #expect(ContinuousClock.now - start >= .milliseconds(300))
        }
    }

    @Test func `a proxy's page in place of the effect`() async throws {
        try await Playground.play { play async throws in
            _ = try await play.post("/sandbox/faults", ["method": "sendMessage", "body": "html"])
            let answer = try await play.bytes("/bot\(play.token)/sendMessage?chat_id=\(play.person)&text=x")
            #expect(answer.status == 502)
            #expect(answer.body.starts(with: Array("<html>".utf8)))
            #expect(try await play.messages().count == 1)
        }
    }

    @Test func `half of an answer after the effect`() async throws {
        try await Playground.play { play async throws in
            _ = try await play.post("/sandbox/faults", ["method": "sendMessage", "body": "garbage"])
            let answer = try await play.bytes("/bot\(play.token)/sendMessage?chat_id=\(play.person)&text=x")
            #expect(answer.status == 200)
            #expect(answer.body.first == UInt8(ascii: "{"))
            #expect(throws: JSONMistake.self) { try JSON(parsing: answer.body) }
            #expect(try await play.messages().count == 2)
        }
    }

    @Test func `an answer that comes in pieces`() async throws {
        try await Playground.play { play async throws in
            _ = try await play.post("/sandbox/faults", ["method": "getMe", "slow_ms": 200])
            let start = ContinuousClock.now
            #expect(try await play.bot("getMe").json["ok"] == true)
            #expect(ContinuousClock.now - start >= .milliseconds(150))
        }
    }

    @Test(
        arguments: [
            (["status": 500], "method is missing"),
            (["method": "x"], "a fault needs a status, a delay_ms, a slow_ms, a body or a drop"),
            (["method": "x", "body": "noise"], "body is html or garbage"),
            (["method": "x", "status": 200], "status is from 400 to 599"),
            (["method": "x", "drop": "never"], "drop is before or after"),
        ] as [(JSON, String)]
    )
    func `and hears of a mistake in the plan`(plan: JSON, mistake: String) async throws {
        try await Playground.play { play async throws in
            let answer = try await play.post("/sandbox/faults", plan)
            #expect(answer.status == 400)
            #expect(answer.error == mistake)
        }
    }

    @Test func `nothing, and the limits of Telegram hold`() async throws {
        try await Playground.play(hasLimits: true) { play async throws in
            var answers: [Playground.Answer] = []
            for _ in 0..<12 { answers.append(try await play.say("x")) }
            let refused = answers.filter { $0.status == 429 }
            #expect(refused.count == 2)
            #expect(refused.last?.description == "Too Many Requests: retry after 1")
            #expect(refused.last?.headers["Retry-After"] == "1")
            play.clock.advance(seconds: 2)
            #expect(try await play.say("x").status == 200)
            #expect(try await play.post("/sandbox/limits", ["enabled": false]).json == ["enabled": false])
            for _ in 0..<20 { #expect(try await play.say("x").status == 200) }
        }
    }

    @Test func `thirty messages a second for the whole bot`() {
        var limits = RateLimits(isEnabled: true)
        let sent = (1...40).filter { limits.take(DialogID(bot: 1, chat: $0), at: 100) == nil }
        #expect(sent.count == 30)
        #expect(limits.take(DialogID(bot: 1, chat: 99), at: 100) == 1)
        #expect(limits.take(DialogID(bot: 2, chat: 99), at: 100) == nil)
        #expect(limits.take(DialogID(bot: 1, chat: 99), at: 101) == nil)
    }
}
