import CPostgres

extension Connection {
    /// At most so many prepared statements stay; beyond, all are dropped and made again as needed.
    private static let namesKept = 500

    func send(_ statements: [Statement], with state: inout State, into exchange: inout Exchange) throws {
        if state.names.count > Self.namesKept {
            state.names = [:]
            try sendQuery(Statement(fixed: "DEALLOCATE ALL"), named: nil, with: state)
            exchange.expected.append(nil)
        }
        for (index, statement) in statements.enumerated() {
            let name = usesNames && statement.isKept ? try prepare(statement, with: &state, into: &exchange) : nil
            try sendQuery(statement, named: name, with: state)
            exchange.expected.append(index)
        }
        guard PQpipelineSync(state.handle) == 1 else { throw DatabaseFault.connectionLost }
    }

    /// The name of a statement on the server, which is told of it when it is new.
    private func prepare(
        _ statement: Statement,
        with state: inout State,
        into exchange: inout Exchange
    ) throws -> String {
        let key = statement.key
        if let known = state.names[key] { return known }
        state.nextName += 1
        let name = "s\(state.nextName)"
        guard PQsendPrepare(state.handle, name, statement.text, Int32(key.types.count), key.types) == 1 else {
            throw DatabaseFault.connectionLost
        }
        state.names[key] = name
        exchange.prepared.append(key)
        exchange.expected.append(nil)
        return name
    }

    private func sendQuery(_ statement: Statement, named name: String?, with state: borrowing State) throws {
        let handle = state.handle
        let parameters = statement.parameters
        guard !parameters.isEmpty || name == nil else {
            guard PQsendQueryPrepared(handle, name, 0, nil, nil, nil, 1) == 1 else {
                throw DatabaseFault.connectionLost
            }
            return
        }
        // One block for all values, each followed by a zero byte as libpq wants of those in text form.
        var block: [UInt8] = []
        var offsets: [Int?] = []
        for parameter in parameters {
            offsets.append(parameter.bytes.map { _ in block.count })
            block += parameter.bytes ?? []
            block.append(0)
        }
        let lengths = parameters.map { Int32($0.bytes?.count ?? 0) }
        let formats = parameters.map { $0.isBinary ? Int32(1) : 0 }
        let count = Int32(parameters.count)
        let isSent = block.withUnsafeBytes { buffer -> Int32 in
            let base = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
            let values = offsets.map { offset in offset.flatMap { base?.advanced(by: $0) } }
            guard let name else {
                let types = parameters.map(\.typeOID)
                return PQsendQueryParams(handle, statement.text, count, types, values, lengths, formats, 1)
            }
            return PQsendQueryPrepared(handle, name, count, values, lengths, formats, 1)
        }
        guard isSent == 1 else { throw DatabaseFault.connectionLost }
    }
}
