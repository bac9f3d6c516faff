public import Kernel

/// What PostgreSQL said; the message may quote values, so `description` is without it.
///
/// PostgreSQL's DETAIL is not kept at all: it shows whole rows, with people's names and numbers.
public struct ServerError: Sendable, Hashable, CustomDebugStringConvertible {
    /// Five characters, see the appendix "PostgreSQL Error Codes".
    public let sqlState: String
    public let message: String
    public let constraint: String?
    /// Which statement of the exchange failed, from 0; nil for a Parse or a script.
    var position: Int?

    /// With the message where it speaks of the program or the server, as of a name that is unknown; of data it is left out.
    public var debugDescription: String {
        Self.classesWithoutData.contains(sqlState.prefix(2))
            ? "\(sqlState) \(message)" : "\(sqlState)\(constraint.map { " (\($0))" } ?? "")"
    }

    private static let classesWithoutData: Set<Substring> = ["08", "0A", "25", "28", "40", "42", "53", "55", "57"]
}

/// Why the database did not do what was asked.
public enum DatabaseFault: Fault, CustomDebugStringConvertible {
    case server(ServerError)
    /// No connection could be made.
    case unreachable(String)
    /// The connection broke before COMMIT was sent: nothing has happened.
    case connectionLost
    /// The connection broke with COMMIT in flight: it happened or it did not.
    case commitUncertain
    case timedOut
    /// No connection became free in time.
    case poolExhausted
    case closed
    /// A row did not have the form that the code expects.
    case unreadable(String)
    /// The closing part of a transaction changed other than the expected number of rows, so all was rolled back.
    case closingRefused
    /// A tenant lives in a cell that this process was not told of.
    case cellNotSet(Int)
    /// The code asked for something that cannot be, such as two statements at once in one transaction.
    case misuse(String)

    public var isPassing: Bool {
        switch self {
        case .server(let error):
            // Serialisation, deadlock, shutdown, resources, cancelled by a timeout.
            ["40", "53", "57", "08"].contains(String(error.sqlState.prefix(2)))
        // A setting comes back, and what was asked for waits for it.
        case .unreachable, .connectionLost, .commitUncertain, .timedOut, .poolExhausted, .cellNotSet: true
        case .closed, .unreadable, .closingRefused, .misuse: false
        }
    }

    /// Whether the database as a whole does no work now, whatever it is asked: away, starting, full, at a limit.
    ///
    /// Not a connection that broke or a statement that took too long: what was asked may be the cause of these.
    public var isOutage: Bool {
        switch self {
        case .unreachable, .cellNotSet: true
        case .server(let error): Self.states[error.sqlState] != nil
        default: false
        }
    }

    /// What whoever runs the server should know by words, from PostgreSQL's appendix of error codes.
    private static let states = [
        "53100": "its disk is full", "53300": "it has too many connections", "57P01": "it is being shut down",
        "57P02": "it is starting again after a crash", "57P03": "it is starting or stopping",
    ]

    public var description: String {
        switch self {
        case .server(let error):
            "PostgreSQL error \(error.sqlState)\(error.constraint.map { " (\($0))" } ?? "")"
                + (Self.states[error.sqlState].map { ": \($0)" } ?? "")
        case .unreachable(let reason): "PostgreSQL cannot be reached: \(reason)"
        case .connectionLost: "the connection to PostgreSQL was lost"
        case .commitUncertain: "the connection to PostgreSQL was lost while committing"
        case .timedOut: "PostgreSQL did not answer in time"
        case .poolExhausted: "no connection to PostgreSQL became free in time"
        case .closed: "the database is closed"
        case .unreadable(let reason): "a row cannot be read: \(reason)"
        case .closingRefused: "the closing part of a transaction was refused"
        case .cellNotSet(let number): "the cell \(number) is not set: ZVONAR_CELLS"
        case .misuse(let what): "misuse of the database: \(what)"
        }
    }

    /// Reading goes on then, so nobody notices it who only asks whether the server answers.
    var isDiskFull: Bool {
        guard case .server(let error) = self else { return false }
        return error.sqlState == "53100"
    }

    /// What whoever runs the server may do about it; nil where nothing general can be said.
    public var advice: String? {
        if isDiskFull { return "make room on the disk of PostgreSQL's data; nothing is lost meanwhile" }
        // The words of a server that lets nobody in any more; libpq hands on no code of them.
        let words = ["too many connections", "too many clients", "remaining connection slots"]
        guard words.contains(where: description.contains) else { return nil }
        return "lower ZVONAR_DATABASE_POOL_SIZE, raise max_connections, or put PgBouncer between"
    }

    public var debugDescription: String {
        if case .server(let error) = self { error.debugDescription } else { description }
    }
}

extension Error {
    /// Whether a row was refused because its like is there already; without a name, by whichever constraint.
    public func isUniqueViolation(of constraint: String? = nil) -> Bool {
        guard case .server(let error)? = self as? DatabaseFault, error.sqlState == "23505" else { return false }
        return constraint == nil || error.constraint == constraint
    }
}
