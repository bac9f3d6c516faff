/// Many measurements of one thing, such as how long each request took.
struct Samples: Sendable, Codable {
    private(set) var values: [Double]

    init(_ values: [Double] = []) { self.values = values }

    mutating func add(_ value: Double) { values.append(value) }

    mutating func add(_ others: Samples) { values += others.values }

    var count: Int { values.count }

    var p50: Double { quantile(0.5) }

    var p95: Double { quantile(0.95) }

    var p99: Double { quantile(0.99) }

    var mean: Double { values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count) }

    /// The nearest rank; 0 without values.
    func quantile(_ share: Double) -> Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return 0 }
        let rank = (share * Double(sorted.count)).rounded(.up)
        return sorted[min(sorted.count - 1, max(0, Int(rank) - 1))]
    }
}

extension Array {
    /// The middle one by some figure of theirs; of an even number the mean of the two in the middle.
    func median(_ figure: (Element) -> Double) -> Double {
        let sorted = map(figure).sorted()
        guard !sorted.isEmpty else { return 0 }
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
}

/// How long something took.
func seconds(_ body: () async throws -> Void) async rethrows -> Double {
    let began = ContinuousClock.now
    try await body()
    return (ContinuousClock.now - began) / .seconds(1)
}
