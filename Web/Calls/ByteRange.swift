/// What a `Range` header asks of a file (RFC 9110, section 14).
enum ByteRange: Equatable {
    /// No range, or one that may be ignored: several at once, another unit, or no valid syntax.
    case whole
    case part(Range<Int>)
    /// It lies behind the end.
    case unsatisfiable

    /// Reads a header such as `bytes=0-499`, `bytes=500-` or `bytes=-500` for a file of this size.
    init(_ header: String?, of byteCount: Int) {
        self = .whole
        guard let header, header.lowercased().hasPrefix("bytes=") else { return }
        let ends = header.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false).map { Self.trimmed($0) }
        guard ends.count == 2 else { return }
        switch (Self.number(ends[0]), Self.number(ends[1])) {
        case (let first?, let last?):
            guard first <= last else { return }
            self = first < byteCount ? .part(first..<min(last, byteCount - 1) + 1) : .unsatisfiable
        case (let first?, nil):
            guard ends[1].isEmpty else { return }
            self = first < byteCount ? .part(first..<byteCount) : .unsatisfiable
        case (nil, let count?):
            guard ends[0].isEmpty else { return }
            self = count > 0 && byteCount > 0 ? .part(max(0, byteCount - count)..<byteCount) : .unsatisfiable
        case (nil, nil): return
        }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        text.drop { $0 == " " }.prefix { $0 != " " }
    }

    /// Digits only: no sign, no spaces; a number too large for us is behind every end.
    private static func number(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text) ?? Int.max - 1
    }
}
