/// A page in Prometheus' text form.
struct MetricsPage {
    enum Kind: String { case counter, gauge }

    private var families: [(name: String, head: String, lines: [String])] = []

    /// Adds a value; the help and the kind of a name are said once, before its first value.
    mutating func add(_ name: String, _ kind: Kind, _ help: String, _ value: Double, _ labels: [(String, String)] = [])
    {
        let list = labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
        let number = value == value.rounded() ? String(Int64(value)) : String(value)
        let line = "\(name)\(list.isEmpty ? "" : "{\(list)}") \(number)"
        if let index = families.firstIndex(where: { $0.name == name }) {
            families[index].lines.append(line)
        } else {
            families.append((name, "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)", [line]))
        }
    }

    var text: String { families.map { ([$0.head] + $0.lines).joined(separator: "\n") + "\n" }.joined() }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
