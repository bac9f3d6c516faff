package import Kernel

/// What only measurements need: the same statements without what a tenant's transaction adds.
extension Database {
    /// Runs statements in one round trip as the cell's login, in no transaction but what they begin themselves.
    ///
    /// The login has no rights in a tenant's schema, so this is no way past the wall.
    package func bare(_ statements: [SQL]) async throws -> [[Row]] {
        let member = try await cellPool.take(for: nil)
        defer { cellPool.giveBack(member) }
        return try await member.connection.exchange(statements.map { Statement($0) }).map(\.rows)
    }
}

extension SQL.StringInterpolation {
    /// The name of a tenant's schema, which is made of its number only.
    package mutating func appendInterpolation(schemaOf tenant: TenantID) {
        appendInterpolation(unsafeRaw: tenant.schema)
    }
}
