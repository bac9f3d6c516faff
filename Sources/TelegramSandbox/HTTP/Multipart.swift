import Foundation

struct MultipartPart {
    let name: String
    let fileName: String?
    let mime: String?
    let bytes: Data
}

/// The parts of a `multipart/form-data` body (RFC 7578); a part without a name is left out, a cut last part too.
func multipartParts(of body: Data, contentType: String) -> [MultipartPart] {
    guard let boundary = headerParameter("boundary", in: contentType), !boundary.isEmpty else { return [] }
    let delimiter = Data("--\(boundary)".utf8)
    let nextDelimiter = Data("\r\n--\(boundary)".utf8)
    let blankLine = Data("\r\n\r\n".utf8)
    var parts: [MultipartPart] = []
    guard var position = body.range(of: delimiter)?.upperBound else { return [] }
    while !body[position...].starts(with: "--".utf8) {
        guard let head = body.range(of: blankLine, in: position..<body.endIndex),
            let end = body.range(of: nextDelimiter, in: head.upperBound - 2..<body.endIndex)
        else { break }
        // An empty part's delimiter begins with the line end that closes its head.
        let content = body[head.upperBound..<max(head.upperBound, end.lowerBound)]
        if let part = multipartPart(head: String(decoding: body[position..<head.lowerBound], as: UTF8.self), content) {
            parts.append(part)
        }
        position = end.upperBound
    }
    return parts
}

private func multipartPart(head: String, _ content: Data) -> MultipartPart? {
    var disposition = ""
    var mime: String?
    for line in head.split(whereSeparator: \.isNewline) {
        let halves = line.split(separator: ":", maxSplits: 1)
        guard halves.count == 2 else { continue }
        let value = halves[1].trimmingCharacters(in: .whitespaces)
        switch halves[0].lowercased() {
        case "content-disposition": disposition = value
        case "content-type": mime = value
        default: break
        }
    }
    guard let name = headerParameter("name", in: disposition) else { return nil }
    return MultipartPart(
        name: name,
        fileName: headerParameter("filename", in: disposition),
        mime: mime,
        bytes: Data(content)
    )
}

/// The value of `name=value` or `name="value"` behind a semicolon; quotes may be escaped or percent-encoded.
///
/// Read by scalars: a mark that combines with the quote before it belongs to the value.
private func headerParameter(_ wanted: String, in header: String) -> String? {
    var rest = Substring(header).unicodeScalars
    while let semicolon = rest.firstIndex(of: ";") {
        rest = rest[rest.index(after: semicolon)...].drop { $0 == " " || $0 == "\t" }
        guard let equals = rest.firstIndex(of: "=") else { return nil }
        let name = String(rest[..<equals]).lowercased()
        rest = rest[rest.index(after: equals)...]
        let value = takeValue(&rest)
        if name == wanted { return value }
    }
    return nil
}

private func takeValue(_ rest: inout Substring.UnicodeScalarView) -> String {
    guard rest.first == "\"" else {
        let value = rest.prefix { $0 != ";" }
        rest = rest[value.endIndex...]
        return String(value).trimmingCharacters(in: .whitespaces)
    }
    var value = String.UnicodeScalarView()
    var isEscaped = false
    rest.removeFirst()
    while let scalar = rest.popFirst() {
        if isEscaped {
            // Only a quote and a backslash are escaped; browsers of Windows once sent whole paths.
            if scalar != "\"" && scalar != "\\" { value.append("\\") }
            value.append(scalar)
            isEscaped = false
        } else if scalar == "\\" {
            isEscaped = true
        } else if scalar == "\"" {
            break
        } else {
            value.append(scalar)
        }
    }
    // As bytes, for the same reason.
    let bytes = Array(String(value).utf8)
    return String(
        decoding: bytes.replacing("%22".utf8, with: "\"".utf8).replacing("%0D%0A".utf8, with: " ".utf8),
        as: UTF8.self
    )
}
