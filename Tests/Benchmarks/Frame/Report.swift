import Foundation
import Synchronization

/// What a figure counts.
enum Unit: Sendable {
    case perSecond
    case milliseconds
    case microseconds
    case megabytes
    case percent
    case count

    func text(_ value: Double) -> String {
        switch self {
        case .perSecond: "\(rounded(value))/s"
        case .milliseconds: "\(rounded(value)) ms"
        case .microseconds: "\(rounded(value)) µs"
        case .megabytes: "\(rounded(value)) MB"
        case .percent: "\(rounded(value)) %"
        case .count: rounded(value)
        }
    }
}

/// What the figures should be.
enum Target: Sendable {
    /// Ours divided by the peer's.
    case ratioAtLeast(Double)
    case ratioAtMost(Double)
    case atLeast(Double)
    case atMost(Double)

    func isMet(ours: Double, peer: Double?) -> Bool {
        switch self {
        case .ratioAtLeast(let limit): peer.map { ours >= limit * $0 } ?? false
        case .ratioAtMost(let limit): peer.map { ours <= limit * $0 } ?? false
        case .atLeast(let limit): ours >= limit
        case .atMost(let limit): ours <= limit
        }
    }

    func text(_ unit: Unit) -> String {
        switch self {
        case .ratioAtLeast(let limit): "≥ \(rounded(limit))×"
        case .ratioAtMost(let limit): "≤ \(rounded(limit))×"
        case .atLeast(let limit): "≥ \(unit.text(limit))"
        case .atMost(let limit): "≤ \(unit.text(limit))"
        }
    }
}

/// The rows of the table, in the order in which they were measured.
final class Report: Sendable {
    struct Row: Sendable {
        let what: String
        let ours: Double
        let unit: Unit
        let peerName: String?
        let peer: Double?
        let targets: [Target]
    }

    private let isJudged: Bool
    private let rows = Mutex<[Row]>([])

    /// A run that is not judged says nothing of targets met or missed.
    init(isJudged: Bool) { self.isJudged = isJudged }

    /// Adds a figure of ours, with the peer's where there is one.
    func add(
        _ what: String,
        _ ours: Double,
        _ unit: Unit,
        peer: (name: String, value: Double)? = nil,
        target targets: Target...
    ) {
        let row = Row(
            what: what,
            ours: ours,
            unit: unit,
            peerName: peer?.name,
            peer: peer?.value,
            targets: targets
        )
        rows.withLock { $0.append(row) }
        say("  " + cells(row).filter { !$0.isEmpty }.joined(separator: " · "))
    }

    /// The table, its columns aligned.
    var table: [String] {
        let head = ["what", "ours", "peer", "ratio", "target", ""]
        let lines = [head] + rows.withLock { $0 }.map(cells)
        let widths = head.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { line in
            zip(line, widths).map { padded($0, to: $1) }.joined(separator: "  ")
                .replacing(/\s+$/, with: "")
        }
    }

    private func cells(_ row: Row) -> [String] {
        let peer = zip(row.peer, row.peerName).map { "\(row.unit.text($0)) \($1)" }
        let ratio = row.peer.flatMap { $0 > 0 ? "\(rounded(row.ours / $0))×" : nil }
        let isMet = row.targets.allSatisfy { $0.isMet(ours: row.ours, peer: row.peer) }
        let verdict = row.targets.isEmpty || !isJudged ? "" : isMet ? "met" : "MISSED"
        return [
            row.what, row.unit.text(row.ours), peer ?? "", ratio ?? "",
            row.targets.map { $0.text(row.unit) }.joined(separator: ", "), verdict,
        ]
    }
}

/// Both, or nothing.
private func zip<One, Other>(_ one: One?, _ other: Other?) -> (One, Other)? {
    guard let one, let other else { return nil }
    return (one, other)
}

/// Three digits that say something: `12,300`, `4.56`, `0.0123`.
func rounded(_ value: Double) -> String {
    guard value.isFinite else { return "\(value)" }
    switch abs(value) {
    case 100...: return grouped(Int(value.rounded()))
    case 10..<100: return fixed(value, 1)
    case 1..<10: return fixed(value, 2)
    case 0: return "0"
    default: return fixed(value, 3)
    }
}

func fixed(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

private func grouped(_ value: Int) -> String {
    var text = String(abs(value))
    var place = text.count - 3
    while place > 0 {
        text.insert(",", at: text.index(text.startIndex, offsetBy: place))
        place -= 3
    }
    return value < 0 ? "-" + text : text
}

func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
}

/// A line of the run's output, written at once even into a file.
func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
