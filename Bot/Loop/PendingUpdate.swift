import Jobs

/// An update on its way through the loop, with what its attempts came to.
struct PendingUpdate: Sendable, Identifiable {
    let row: InboxRow
    /// Failures that do not pass by themselves, those of former processes included.
    var failures: Int
    /// Failures that pass, such as a database that is away.
    var passing = 0
    /// Whether the next attempt is counted in the inbox: how often one outage was met says nothing of the update.
    var isToBeCounted = true

    var id: Int64 { row.id }

    init(_ row: InboxRow) {
        self.row = row
        failures = row.attempt
    }
}
