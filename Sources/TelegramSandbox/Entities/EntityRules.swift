/// The order of entities and what may stand within what.
extension TextEntity {
    /// Bold and its like may overlap anything, and are cut where something else begins or ends.
    static let splittable: Set<String> = ["bold", "italic", "underline", "strikethrough", "spoiler"]
    static let quotes: Set<String> = ["blockquote", "expandable_blockquote"]
    /// Nothing is marked inside these.
    static let plain: Set<String> = ["pre", "code", "date_time"]

    var isSplittable: Bool { Self.splittable.contains(type) }
    var isQuote: Bool { Self.quotes.contains(type) }
    var isPlain: Bool { Self.plain.contains(type) }

    private static let ranks = [
        "blockquote": 0, "expandable_blockquote": 0, "code": 20, "date_time": 30, "text_link": 49, "text_mention": 49,
        "bold": 90, "italic": 91, "underline": 92, "strikethrough": 93, "spoiler": 94, "custom_emoji": 99,
    ]

    private var rank: Int {
        if type == "pre" { return details["language"] == nil ? 11 : 10 }
        return Self.ranks[type] ?? 50
    }

    func precedes(_ other: TextEntity) -> Bool {
        (offset, -length, rank) < (other.offset, -other.length, other.rank)
    }
}

extension [TextEntity] {
    /// Entities that nest as Telegram lets them, made of any that have a length.
    func arranged() -> [TextEntity] {
        let sorted = self.sorted { $0.precedes($1) }
        var solid = sorted.filter { !$0.isSplittable && !$0.isQuote }.withoutOverlaps()
        let quotes = sorted.filter(\.isQuote).withoutOverlaps()
        solid = solid.notCrossing(quotes) + quotes
        return sorted.filter(\.isSplittable).split(by: solid.sorted { $0.precedes($1) })
    }

    /// Adds what was found in the text where it disturbs nothing that was marked.
    func adding(_ found: [TextEntity]) -> [TextEntity] {
        let solid = filter { !$0.isSplittable && !$0.isQuote }
        let quotes = filter(\.isQuote)
        let fitting = found.notCrossing(quotes).filter { new in
            !solid.contains { $0.offset < new.end && new.offset < $0.end }
        }
        guard !fitting.isEmpty else { return self }
        return filter(\.isSplittable).split(by: (solid + fitting + quotes).sorted { $0.precedes($1) })
    }

    private func withoutOverlaps() -> [TextEntity] {
        var end = 0
        return filter { entity in
            guard entity.offset >= end else { return false }
            end = entity.end
            return true
        }
    }

    /// Those that lie in a quotation or outside all of them.
    private func notCrossing(_ quotes: [TextEntity]) -> [TextEntity] {
        filter { entity in
            guard let quote = quotes.first(where: { $0.end > entity.offset }) else { return true }
            return quote.end >= entity.end && !(entity.offset < quote.offset && quote.offset < entity.end)
        }
    }

    private func split(by others: [TextEntity]) -> [TextEntity] {
        var splitter = Splitter(waiting: self[...])
        var stack: [TextEntity] = []
        for other in others {
            splitter.advance(to: other.offset, leaving: &stack)
            stack.append(other)
        }
        splitter.advance(to: .max, leaving: &stack)
        return (others + splitter.pieces).sorted { $0.precedes($1) }
    }
}

/// Cuts bold and its like into pieces that nest with everything else.
private struct Splitter {
    /// Splittable entities by their start.
    var waiting: ArraySlice<TextEntity>
    var pieces: [TextEntity] = []
    private var open: [String: Range<Int>] = [:]

    init(waiting: ArraySlice<TextEntity>) { self.waiting = waiting }

    /// Goes on to an offset, past the ends of entities that lie before it.
    mutating func advance(to offset: Int, leaving stack: inout [TextEntity]) {
        while let inner = stack.last, offset >= inner.end {
            let known = pieces.count
            advance(to: inner.end)
            if inner.isPlain { pieces.removeLast(pieces.count - known) }
            stack.removeLast()
        }
        advance(to: offset)
    }

    private mutating func advance(to offset: Int) {
        while let next = waiting.first, next.offset < offset {
            waiting.removeFirst()
            if let range = open[next.type], next.offset <= range.upperBound {
                open[next.type] = range.lowerBound..<max(range.upperBound, next.end)
            } else {
                cut(at: next.offset)
                open[next.type] = next.offset..<next.end
            }
        }
        cut(at: offset)
    }

    private mutating func cut(at offset: Int) {
        for (type, range) in open where range.lowerBound < offset {
            let end = min(range.upperBound, offset)
            pieces.append(TextEntity(type: type, offset: range.lowerBound, length: end - range.lowerBound))
            open[type] = range.upperBound > offset ? offset..<range.upperBound : nil
        }
    }
}
