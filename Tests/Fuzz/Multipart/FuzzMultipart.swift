// Sources: Sources/TelegramSandbox/HTTP/Multipart.swift
import Foundation

/// Half of the cases are bodies as clients write them, which must come back part by part; the others are any bytes.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = Input(bytes, count)
    if input.byte() & 1 == 0 { writtenByClient(&input) } else { anything(&input) }
    return 0
}

private func anything(_ input: inout Input) {
    let contentType = input.text(atMost: 60)
    let body = Data(input.remainder())
    let parts = multipartParts(of: body, contentType: contentType)
    expect(parts.reduce(0) { $0 + $1.bytes.count } <= body.count, "more came out than went in")
    // A body that lies inside a larger one reads alike.
    let shifted = (Data([0x2D, 0x0D, 0x0A]) + body).dropFirst(3)
    expect(
        multipartParts(of: shifted, contentType: contentType).map(\.bytes) == parts.map(\.bytes),
        "the place matters"
    )
}

private func writtenByClient(_ input: inout Input) {
    let boundary = "----zvonar\(input.byte())"
    var expected: [(name: String, file: String?, bytes: Data)] = []
    var body = Data()
    while !input.isEmpty, expected.count < 8 {
        let name = input.text(atMost: 20)
        let file = input.byte() & 1 == 0 ? nil : input.text(atMost: 20)
        let content = Data(input.bytes(atMost: 200))
        // Whoever writes a body chooses a boundary that its contents do not hold, and names without line ends.
        guard content.range(of: Data(boundary.utf8)) == nil, isName(name), file.map(isName) ?? true else { continue }
        var head = "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(escaped(name))\""
        if let file { head += "; filename=\"\(escaped(file))\"\r\nContent-Type: application/octet-stream" }
        body += Data("\(head)\r\n\r\n".utf8) + content + Data("\r\n".utf8)
        expected.append((name, file, content))
    }
    body += Data("--\(boundary)--\r\n".utf8)
    let parts = multipartParts(of: body, contentType: "multipart/form-data; boundary=\(boundary)")
    expect(parts.count == expected.count, "\(expected.count) parts became \(parts.count)")
    for (part, wanted) in zip(parts, expected) {
        expect(
            part.name == wanted.name,
            "the name \(wanted.name.debugDescription) became \(part.name.debugDescription)"
        )
        expect(part.fileName == wanted.file, "the file \(wanted.file ?? "–") became \(part.fileName ?? "–")")
        expect(part.bytes == wanted.bytes, "the bytes of \(wanted.name) changed")
    }
}

/// `%22` stands for a quote in what browsers send, so a name cannot hold it.
private func isName(_ text: String) -> Bool {
    !text.contains { $0.isNewline } && !text.unicodeScalars.contains { $0.value < 0x20 || $0 == "%" }
}

/// By scalars: a quote with a mark upon it is still a quote.
private func escaped(_ text: String) -> String {
    var escaped = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        if scalar == "\\" || scalar == "\"" { escaped.append("\\") }
        escaped.append(scalar)
    }
    return String(escaped)
}
