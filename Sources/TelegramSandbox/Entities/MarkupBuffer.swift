import Foundation

/// Bytes of a marked-up text that can be read past the end, and the plain text made of them.
struct MarkupBuffer {
    let bytes: [UInt8]
    private(set) var plain: [UInt8] = []
    /// UTF-16 units of the plain text so far.
    private(set) var units = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    /// Zero behind the end, which no text holds: Telegram refuses it.
    subscript(index: Int) -> UInt8 { index < bytes.count ? bytes[index] : 0 }

    func slice(_ start: Int, _ end: Int) -> String {
        String(decoding: bytes[min(start, bytes.count)..<min(max(start, end), bytes.count)], as: UTF8.self)
    }

    mutating func keep(_ byte: UInt8) {
        // A character counts when its first byte comes; four bytes are a surrogate pair.
        if byte & 0xC0 != 0x80 { units += byte >= 0xF0 ? 2 : 1 }
        plain.append(byte)
    }

    mutating func keep(_ text: String) { for byte in text.utf8 { keep(byte) } }

    var plainText: String { String(decoding: plain, as: UTF8.self) }

    /// Reads the language behind three back-ticks and the one line end that may follow.
    func takeLanguage(_ position: inout Int) -> String {
        var end = position
        while self[end] != 0, !Self.isSpace(self[end]), self[end] != UInt8(ascii: "`") { end += 1 }
        var language = ""
        if end != position, end < bytes.count, self[end] != UInt8(ascii: "`") {
            language = slice(position, end)
            position = end
        }
        func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }
        if isLineEnd(self[position]) {
            position += isLineEnd(self[position + 1]) && self[position] != self[position + 1] ? 2 : 1
        }
        return language
    }

    /// Space, tabulators and line ends; a form feed is none for Telegram.
    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) && byte != 0x0C }
}

/// The entity that a link makes: a link to a user mentions them; nil for a link that is dropped without a word.
func linkEntity(_ link: String) -> (type: String, details: [String: JSON])? {
    if let user = linkedUser(link) { return ("text_mention", ["user": ["id": .integer(user)]]) }
    return checkedLink(link).map { ("text_link", ["url": .string($0)]) }
}

/// The parameters of `tg://host?name=value&…`; nil for another link.
func linkParameters(_ link: String, host: String) -> [String: String]? {
    var rest = Substring(link.asciiLowercased)
    guard rest.hasPrefix("tg:") else { return nil }
    rest = rest.dropFirst(3)
    if rest.hasPrefix("//") { rest = rest.dropFirst(2) }
    guard rest.hasPrefix(host) else { return nil }
    rest = rest.dropFirst(host.count)
    if rest.hasPrefix("/") { rest = rest.dropFirst() }
    guard rest.hasPrefix("?") else { return nil }
    // Values keep their case; a lower-cased ASCII text has the same length.
    let query = link.suffix(rest.count - 1).prefix { $0 != "#" }
    var parameters: [String: String] = [:]
    for pair in query.split(separator: "&") {
        let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(halves[0])
        if parameters[name] == nil { parameters[name] = halves.count > 1 ? String(halves[1]) : "" }
    }
    return parameters
}

/// How a date is shown: `r` alone, or any of a time, a date and the day of the week.
func checkDateFormat(_ format: String) throws(EntityMistake) {
    guard format == "r" || format == "R" || format.allSatisfy({ "tTdDwW".contains($0) }) else {
        throw EntityMistake("Invalid date format used")
    }
}

func dateDetails(_ date: Int, _ format: String) -> [String: JSON] {
    format.isEmpty
        ? ["unix_time": .integer(date)] : ["unix_time": .integer(date), "date_time_format": .string(format)]
}

/// The link as Telegram keeps it; nil for one that it drops without a word.
func checkedLink(_ link: String) -> String? {
    let lowered = link.asciiLowercased
    if ["tg:", "ton:", "tonsite:"].contains(where: { lowered.hasPrefix($0) }) { return link }
    let scheme = ["http://", "https://"].first { lowered.hasPrefix($0) }
    guard scheme != nil || !lowered.contains("://"), let host = linkHost(link), isPublicHost(host) else { return nil }
    let rest = link.dropFirst(scheme?.count ?? 0)
    let authority = rest.prefix { !"/?#".contains($0) }
    var path = String(rest.dropFirst(authority.count))
    while path.last?.isWhitespace == true { path.removeLast() }
    return (scheme ?? "http://") + authority.asciiLowercased + (path.hasPrefix("/") ? "" : "/")
        + path.replacing(" ", with: "%20")
}

/// The host of a link, with or without a scheme.
func linkHost(_ link: String) -> String? {
    let behindScheme = link.range(of: "://").map { link[$0.upperBound...] } ?? link[...]
    let authority = behindScheme.prefix { !"/?#".contains($0) }
    let hostAndPort = authority.split(separator: "@").last ?? ""
    if hostAndPort.hasPrefix("[") { return hostAndPort.firstIndex(of: "]").map { String(hostAndPort[...$0]) } }
    return hostAndPort.split(separator: ":").first.map { String($0) }
}

/// Telegram wants a dot in a host name; `localhost` is no link for it.
func isPublicHost(_ host: String) -> Bool {
    if host.hasPrefix("[") { return true }
    return host.contains(".") && !host.hasPrefix(".") && !host.hasSuffix(".") && !host.contains(where: \.isWhitespace)
}

/// The user of a `tg://user?id=…` link.
func linkedUser(_ link: String) -> Int? {
    linkParameters(link, host: "user")?["id"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
}

extension StringProtocol {
    /// Lower case for Latin letters only: names in markup are no words of a language.
    var asciiLowercased: String {
        String(decoding: utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    var trimmingSpaces: String {
        let behind = drop { $0.isWhitespace }
        guard let last = behind.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(behind[...last])
    }
}
