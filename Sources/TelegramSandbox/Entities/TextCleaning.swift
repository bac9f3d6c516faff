/// What Telegram does to every text before it is sent.
extension FormattedText {
    /// The text without characters that it does not let through and without the white space around it, the entities
    /// nested as they may be.
    ///
    /// - Returns: Nil when nothing is left.
    /// - Throws: What is wrong with an entity's place.
    func cleaned() throws(EntityMistake) -> FormattedText? {
        for entity in entities {
            guard (0...1_000_000).contains(entity.offset) else {
                throw EntityMistake("Receive an entity with incorrect offset \(entity.offset)")
            }
            guard (0...1_000_000).contains(entity.length) else {
                throw EntityMistake("Receive an entity with incorrect length \(entity.length)")
            }
        }
        var cleaning = Cleaning(entities.filter { $0.length > 0 }.arranged())
        for scalar in text.unicodeScalars { try cleaning.take(scalar) }
        try cleaning.finish()
        let result = FormattedText(
            text: cleaning.text.withoutMarkRuns,
            entities: cleaning.entities.filter { $0.length > 0 }.arranged()
        )
        let trimmed = result.trimmed
        return trimmed.text.unicodeScalars.allSatisfy(\.isUnseen) ? nil : trimmed
    }

    /// Without spaces and line ends behind it, and before it up to the first entity.
    private var trimmed: FormattedText {
        let units = Array(text.utf16)
        func isBlank(_ unit: UInt16) -> Bool { unit == 0x20 || unit == 0x0A }
        guard let last = units.lastIndex(where: { !isBlank($0) }) else { return FormattedText(text: "") }
        let limit = entities.map(\.offset).min() ?? units.count
        let first = units.firstIndex { !isBlank($0) } ?? 0
        let start = min(first, limit)
        var result = FormattedText(text: String(decoding: units[start...last], as: UTF16.self))
        result.entities = entities.filter { $0.offset <= last }.map { entity in
            var moved = entity
            moved.length = min(entity.end, last + 1) - entity.offset
            moved.offset -= start
            return moved
        }
        result.sort()
        return result
    }
}

/// Walks through a text, leaves out characters and moves entities with them.
private struct Cleaning {
    private(set) var text = ""
    private(set) var entities: [TextEntity]
    private var next = 0
    private var inside: [(index: Int, end: Int, skippedBefore: Int)] = []
    private var units = 0
    private var skipped = 0
    private var bytes = 0

    /// - Parameter entities: Sorted and nested.
    init(_ entities: [TextEntity]) { self.entities = entities }

    mutating func take(_ scalar: Unicode.Scalar) throws(EntityMistake) {
        try meetBoundaries()
        units += scalar.value > 0xFFFF ? 2 : 1
        bytes += UTF8.width(scalar)
        switch scalar.value {
        case 0x0D, 0x2028...0x202E, 0x0333, 0x033F, 0x030A: skipped += 1
        case 0x0A: text.unicodeScalars.append(scalar)
        case 0..<0x20: text.append(" ")
        default: text.unicodeScalars.append(scalar)
        }
    }

    mutating func finish() throws(EntityMistake) {
        try meetBoundaries()
        if next < entities.count {
            let offset = entities[next].offset
            throw EntityMistake("Entity begins after the end of the text at UTF-16 offset \(offset)")
        }
        if let last = inside.last {
            throw EntityMistake(
                "Entity beginning at UTF-16 offset \(entities[last.index].offset) ends after the end of the text "
                    + "at UTF-16 offset \(last.end)"
            )
        }
    }

    private mutating func meetBoundaries() throws(EntityMistake) {
        while let entity = inside.last, units >= entity.end {
            guard units == entity.end else {
                throw EntityMistake(
                    "Entity beginning at UTF-16 offset \(entities[entity.index].offset) ends in a middle of a "
                        + "UTF-16 symbol at byte offset \(bytes)"
                )
            }
            entities[entity.index].offset -= entity.skippedBefore
            entities[entity.index].length -= skipped - entity.skippedBefore
            inside.removeLast()
        }
        while next < entities.count, units >= entities[next].offset {
            guard units == entities[next].offset else {
                throw EntityMistake("Entity begins in a middle of a UTF-16 symbol at byte offset \(bytes)")
            }
            inside.append((next, entities[next].end, skipped))
            next += 1
        }
    }
}

extension Unicode.Scalar {
    /// Whether a text of such characters only counts as empty.
    fileprivate var isUnseen: Bool {
        switch value {
        case 0x180E, 0x200B...0x200F, 0x202E, 0x2800, 0xFEFF, 0xFFFC, 0xE0000...0xE007F: true
        default: properties.isWhitespace
        }
    }
}

extension String {
    /// Of direction marks in a row only the last one stays; the others become zero-width non-joiners.
    fileprivate var withoutMarkRuns: String {
        let scalars = Array(unicodeScalars)
        func isMark(_ index: Int) -> Bool { index < scalars.count && (0x200E...0x200F).contains(scalars[index].value) }
        var result = ""
        for index in scalars.indices {
            result.unicodeScalars.append(isMark(index) && isMark(index + 1) ? "\u{200C}" : scalars[index])
        }
        return result
    }
}
