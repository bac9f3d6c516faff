import Accounts
import Bot
import Foundation
import Kernel

extension Benchmark {
    static let dispatch = Benchmark(
        name: "dispatch",
        summary: "from an update's JSON to what is decided, over 30 kinds of updates, beside aiogram with 30 handlers"
    ) { bench in
        let arguments = DispatchArguments(updates: DispatchUpdates.all, rounds: bench.count(1_000, quick: 3))
        try bench.check(arguments.updates.count == 30, "\(arguments.updates.count) updates")
        let (our, their) = try await bench.byTurns(bench.count(3, quick: 1)) {
            try await bench.run(.role("dispatch"), arguments, as: DispatchAnswer.self)
        } peer: {
            try await bench.run(try .peer("dispatch.py"), arguments, as: DispatchAnswer.self)
        }
        let expected = arguments.updates.count * arguments.rounds
        for answer in our + their { try bench.check(answer.handled == expected, "\(answer.handled) of \(expected)") }
        bench.report.add(
            "dispatch alone, updates a second of CPU",
            our.median(\.perSecond),
            .perSecond,
            peer: ("aiogram", their.median(\.perSecond)),
            target: .atLeast(20_000)
        )
    }
}

extension Role {
    static let dispatch = Role(name: "dispatch") { stage in
        let arguments = try stage.decode(DispatchArguments.self)
        let membership = Membership(tenant: TenantID(3), companyName: "Ромашка", role: .owner)
        let presence = Presence(
            account: AccountID(1),
            firstName: "Анна",
            language: .russian,
            memberships: [membership],
            activeTenant: membership.tenant,
            step: nil,
            waitingFor: nil
        )
        let dispatch = Dispatch(presence: presence, now: Date())
        for update in arguments.updates { _ = try dispatch.effectCount(of: update) }
        let before = Usage.ownCPUSeconds
        var handled = 0
        for _ in 0..<arguments.rounds {
            for update in arguments.updates where try dispatch.effectCount(of: update) != nil { handled += 1 }
        }
        try stage.answer(DispatchAnswer(handled: handled, cpuSeconds: Usage.ownCPUSeconds - before))
    }
}

private struct DispatchArguments: Codable {
    let updates: [String]
    let rounds: Int
}

private struct DispatchAnswer: Codable, Sendable {
    let handled: Int
    let cpuSeconds: Double

    var perSecond: Double { Double(handled) / cpuSeconds }
}

/// One update for each thing that the bot does.
private enum DispatchUpdates {
    static var all: [String] {
        let commands = ["start", "menu", "help", "panel", "digest", "cancel", "language"].map { name in
            message(
                "\"text\":\"/\(name)\",\"entities\":[{\"type\":\"bot_command\",\"offset\":0,\"length\":\(name.count + 1)}]"
            )
        }
        let token = "AAAAAAAAAAAAAAAAAAAAAA"
        let presses = [
            "menu", "menu:send", "menu:ask", "menu:digest", "menu:panel", "menu:language", "menu:time", "language:ru",
            "time:09:00", "example:0", "example:1", "clip:\(token)", "text:\(token)", "open:\(token)", "again:\(token)",
        ].map(press)
        let file = "\"file_id\":\"AgAD\",\"file_unique_id\":\"Ag\""
        let messages = [
            "\"text\":\"кто просил перезвонить?\"",
            "\"voice\":{\(file),\"duration\":5,\"mime_type\":\"audio/ogg\",\"file_size\":5000}",
            "\"audio\":{\(file),\"duration\":5,\"mime_type\":\"audio/mpeg\",\"file_size\":5000}",
            "\"document\":{\(file),\"file_name\":\"call.wav\",\"mime_type\":\"audio/x-wav\",\"file_size\":5000}",
            "\"video\":{\(file),\"width\":640,\"height\":480,\"duration\":5}",
            "\"photo\":[{\(file),\"width\":640,\"height\":480}]",
            "\"sticker\":{\(file),\"type\":\"regular\",\"width\":512,\"height\":512,\"is_animated\":false,\"is_video\":false}",
            "\"location\":{\"latitude\":55.7,\"longitude\":37.6}",
        ].map(message)
        return commands + presses + messages
    }

    private static let from = """
        {"id":7000001,"is_bot":false,"first_name":"Анна","username":"anna","language_code":"ru"}
        """
    private static let chat = """
        {"id":7000001,"first_name":"Анна","username":"anna","type":"private"}
        """

    private static func message(_ content: String) -> String {
        """
        {"update_id":500,"message":{"message_id":10,"from":\(from),"chat":\(chat),"date":1790000000,\(content)}}
        """
    }

    private static func press(_ data: String) -> String {
        """
        {"update_id":500,"callback_query":{"id":"77","from":\(from),"chat_instance":"1","data":"\(data)","message":\
        {"message_id":9,"from":{"id":42,"is_bot":true,"first_name":"Звонарь","username":"zvonar_bot"},"chat":\(chat),\
        "date":1790000000,"text":"Звонок оценён","reply_markup":{"inline_keyboard":\
        [[{"text":"Открыть","callback_data":"\(data)"}]]}}}}
        """
    }
}
