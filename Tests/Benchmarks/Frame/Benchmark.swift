/// Something that is measured, beside a peer where there is one.
struct Benchmark: Sendable {
    let name: String
    /// One line that says what is compared.
    let summary: String
    /// Measures and adds rows to the report; throws when a result is wrong.
    let run: @Sendable (Bench) async throws -> Void
}

/// A part of the product that is measured in a process of its own, as its peer is.
struct Role: Sendable {
    let name: String
    let run: @Sendable (Stage) async throws -> Void
}

/// What was measured is not what should have been done.
struct Wrong: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
