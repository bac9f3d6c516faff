/// Plans faults of Telegram without end: cut connections, limits, conflicts, a proxy's pages, half and slow answers.
struct FaultMaker: Sendable {
    let sandbox: SandboxSide
    let seed: UInt64

    /// Goes on until cancelled, and takes back what was not used up by then.
    func run() async throws {
        var dice = Dice(seed: seed &+ 3)
        while !Task.isCancelled {
            let fault = Self.fault(&dice)
            try await Task { try await sandbox.plan(fault) }.value
            do { try await Task.sleep(for: .milliseconds(Int.random(in: 300...1200, using: &dice))) } catch { break }
        }
        try await Task { try await sandbox.clearFaults() }.value
    }

    private static func fault(_ dice: inout Dice) -> [String: any Sendable] {
        let methods = [
            "sendMessage", "sendMessage", "sendMessage", "editMessageText", "getUpdates", "getUpdates", "getFile",
            "answerCallbackQuery", "setMyCommands",
        ]
        let method = methods.randomElement(using: &dice) ?? "*"
        var fault = kinds.randomElement(using: &dice) ?? [:]
        fault["method"] = method
        fault["count"] = 1
        // Nothing but the question for updates is ever in conflict.
        if fault["status"] as? Int == 409 { fault["method"] = "getUpdates" }
        return fault
    }

    private static let kinds: [[String: any Sendable]] = [
        ["drop": "before"], ["drop": "after"], ["status": 429, "retry_after": 1], ["status": 409], ["body": "html"],
        ["body": "garbage"], ["slow_ms": 1500], ["status": 502], ["delay_ms": 800],
    ]
}
