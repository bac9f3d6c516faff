/// What a developer asks of the sandbox itself: faults, limits, the log, a new beginning.
extension World {
    func planFault(_ parameters: Parameters) throws -> JSON {
        guard let method = parameters.string("method"), !method.isEmpty else {
            throw PersonFailure("method is missing")
        }
        let status = parameters.int("status")
        if let status, !(400...599).contains(status) { throw PersonFailure("status is from 400 to 599") }
        var drop: PlannedFault.Drop?
        if let name = parameters.string("drop") {
            guard let known = PlannedFault.Drop(rawValue: name) else { throw PersonFailure("drop is before or after") }
            drop = known
        }
        let (nonsense, delay, slow) = try (
            nonsense(parameters), time("delay_ms", parameters), time("slow_ms", parameters)
        )
        guard status != nil || drop != nil || nonsense != nil || delay + slow > 0 else {
            throw PersonFailure("a fault needs a status, a delay_ms, a slow_ms, a body or a drop")
        }
        let count = parameters.int("count") ?? 1
        guard (1...1_000_000).contains(count) else { throw PersonFailure("count is from 1 to 1000000") }
        let retryAfter = parameters.int("retry_after")
        faults.plan(
            PlannedFault(
                method: method.lowercased(),
                status: status,
                description: parameters.string("description"),
                retryAfter: retryAfter,
                delayMilliseconds: delay,
                drop: drop,
                nonsense: nonsense,
                slowMilliseconds: slow,
                remaining: count
            )
        )
        return plannedFaults()
    }

    private func nonsense(_ parameters: Parameters) throws -> PlannedFault.Nonsense? {
        guard let name = parameters.string("body") else { return nil }
        guard let known = PlannedFault.Nonsense(rawValue: name) else { throw PersonFailure("body is html or garbage") }
        return known
    }

    private func time(_ name: String, _ parameters: Parameters) throws -> Int {
        let milliseconds = parameters.int(name) ?? 0
        guard (0...120_000).contains(milliseconds) else { throw PersonFailure("\(name) is from 0 to 120000") }
        return milliseconds
    }

    func plannedFaults() -> JSON {
        .array(
            faults.planned.map { fault in
                .fields([
                    "method": .string(fault.method), "status": .optional(fault.status),
                    "delay_ms": .integer(fault.delayMilliseconds), "slow_ms": .integer(fault.slowMilliseconds),
                    "drop": .optional(fault.drop?.rawValue), "body": .optional(fault.nonsense?.rawValue),
                    "count": .integer(fault.remaining),
                ])
            }
        )
    }

    func clearFaults() -> JSON {
        faults.clear()
        return []
    }

    func setLimits(_ parameters: Parameters) throws -> JSON {
        guard parameters.string("enabled") != nil else { throw PersonFailure("enabled is missing") }
        limits = RateLimits(isEnabled: parameters.bool("enabled"))
        return ["enabled": .bool(limits.isEnabled)]
    }

    func jump(_ parameters: Parameters) throws -> JSON {
        guard let count = parameters.int("by"), (1...1_000_000_000).contains(count) else {
            throw PersonFailure("by is from 1 to 1000000000")
        }
        var bots = Array(state.bots.values)
        if let name = parameters.string("bot") {
            guard let bot = state.bot(name: name) else { throw PersonFailure(404, "there is no bot named \(name)") }
            bots = [bot]
        }
        try jump(by: count, bots: bots)
        return ["jumped": .integer(bots.count)]
    }

    func calls(_ parameters: Parameters) -> JSON {
        let after = parameters.int("after") ?? 0
        return .array(state.calls.filter { $0.number > after }.map(\.json))
    }
}
