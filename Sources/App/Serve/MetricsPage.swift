/// A page in Prometheus' text form.
struct MetricsPage: Sendable {
    private var families: [(metric: Metric, lines: [String])] = []

    /// Adds a value; the help and the kind of a metric are said once, before its first value.
    mutating func add(_ metric: Metric, _ value: Double, _ labels: [(String, String)] = []) {
        let list = labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
        let number = value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
        let line = "\(metric.rawValue)\(list.isEmpty ? "" : "{\(list)}") \(number)"
        if let index = families.firstIndex(where: { $0.metric == metric }) {
            families[index].lines.append(line)
        } else {
            families.append((metric, [line]))
        }
    }

    /// Adds what another page has, under what this one has of the same metrics.
    mutating func add(_ other: MetricsPage) {
        for (metric, lines) in other.families {
            if let index = families.firstIndex(where: { $0.metric == metric }) {
                families[index].lines += lines
            } else {
                families.append((metric, lines))
            }
        }
    }

    var text: String {
        families.map { metric, lines in
            let kind = metric.isCounter ? "counter" : "gauge"
            let head = "# HELP \(metric.rawValue) \(metric.help)\n# TYPE \(metric.rawValue) \(kind)"
            return ([head] + lines).joined(separator: "\n") + "\n"
        }.joined()
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
