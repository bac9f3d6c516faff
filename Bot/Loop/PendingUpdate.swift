import Jobs

/// An update on its way through the loop, with what its attempts came to.
struct PendingUpdate: Sendable, Identifiable {
    let row: InboxRow
    /// Failures that do not pass by themselves, those of former processes included.
    var failures: Int
    /// Failures that pass, such as a statement that took too long.
    var passing = 0
    /// Attempts that met a database which does no work at all: these are not counted against the update.
    var outages = 0
    /// Whether the next attempt is counted in the inbox: how often one outage was met says nothing of the update.
    var isToBeCounted = true
    /// The person knows that the update waits.
    var isTold = false

    var id: Int64 { row.id }

    init(_ row: InboxRow) {
        self.row = row
        failures = row.attempt
    }
}
