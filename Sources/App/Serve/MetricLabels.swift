import Accounts
import Database
import Jobs

/// What tells the values of a metric apart.
struct MetricLabel: Sendable {
    let name: String
    /// What it may say; empty where that is open, such as a type of job.
    let values: [String]

    init(_ name: String, _ values: [String] = []) {
        self.name = name
        self.values = values
    }
}

extension Metric {
    /// The labels of each of its values; `cell` joins them where there is more than one.
    var labels: [MetricLabel] {
        switch self {
        case .uptime, .memory, .databaseUp, .serverConnections, .serverConnectionsLimit, .scheduleOverdue,
            .inboxWaiting, .inboxOldest, .storageUp, .retentionSwept, .clockOffset, .lastBackup:
            []
        case .cellUp: [MetricLabel("cell")]
        case .connectionsLent, .connectionsIdle:
            [MetricLabel("login", [DatabaseConfiguration.Login.platform, .cell].map(\.rawValue))]
        case .jobs: [Self.lane, MetricLabel("state", ["waiting", "later", "running", "dead"])]
        case .jobsOldest: [Self.lane]
        case .jobAttempts: [MetricLabel("type"), MetricLabel("ending", JobCount.Ending.allCases.map(\.rawValue))]
        case .polls: [MetricLabel("ending", ["answered", "failed"])]
        case .updates: [MetricLabel("ending", ["handled", "ignored", "failed"])]
        case .outboxWaiting, .outboxOldest: [MetricLabel("place", ["cell", "platform"])]
        case .bots: [MetricLabel("state", ["running", "stopped"])]
        case .leaseEpoch, .leaseLapsed: [MetricLabel("lease")]
        case .engineUp: [MetricLabel("engine", ["speech", "embeddings", "language"])]
        case .diskFree, .diskSize: [MetricLabel("folder", ["recordings", "temporary", "log"])]
        case .tenants: [MetricLabel("state", TenantState.allCases.map(\.rawValue))]
        case .retentionRemoved: [MetricLabel("kind", RetentionKind.allCases.map(\.rawValue))]
        }
    }

    private static var lane: MetricLabel { MetricLabel("lane", JobLane.allCases.map(\.rawValue)) }
}
