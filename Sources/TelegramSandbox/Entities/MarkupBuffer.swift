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

    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}

/// The link as Telegram keeps it; nil for one that it drops without a word.
func checkedLink(_ text: String) -> String? {
    let link = text.trimmingSpaces
    let lowered = link.lowercased()
    if lowered.hasPrefix("tg://") || lowered.hasPrefix("ton://") { return link }
    let hasScheme = lowered.hasPrefix("http://") || lowered.hasPrefix("https://")
    guard hasScheme || !lowered.contains("://") else { return nil }
    guard let host = linkHost(link), isPublicHost(host) else { return nil }
    let whole = hasScheme ? link : "http://\(link)"
    return link.dropFirst(hasScheme ? 8 : 0).contains(where: { "/?#".contains($0) }) ? whole : "\(whole)/"
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
    let prefix = "tg://user?id="
    return link.lowercased().hasPrefix(prefix) ? Int(link.dropFirst(prefix.count)) : nil
}

extension StringProtocol {
    var trimmingSpaces: String {
        let behind = drop { $0.isWhitespace }
        guard let last = behind.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(behind[...last])
    }
}
