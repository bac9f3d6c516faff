import Foundation

/// A file that came as a part of a multipart request.
struct Upload: Sendable {
    let name: String
    let mime: String?
    let bytes: Data
}

/// What a caller sent, whether in the query, a form, a JSON body or a multipart body.
struct Parameters: Sendable {
    private(set) var values: [String: JSON] = [:]
    private(set) var files: [String: Upload] = [:]

    /// Reads the query and then the body, whose values win.
    init(query: String?, contentType: String?, body: Data) throws(JSONMistake) {
        if let query { addForm(query) }
        let type = contentType?.lowercased() ?? ""
        if type.hasPrefix("multipart/form-data") {
            for part in multipartParts(of: body, contentType: contentType ?? "") { add(part) }
        } else if type.hasPrefix("application/x-www-form-urlencoded") {
            addForm(String(decoding: body, as: UTF8.self))
        } else if !body.isEmpty {
            let json = try JSON(parsing: Array(body))
            guard case .object(let fields) = json else { throw JSONMistake(offset: 0) }
            values.merge(fields) { _, last in last }
        }
    }

    init(_ values: [String: JSON] = [:], files: [String: Upload] = [:]) {
        self.values = values
        self.files = files
    }

    private mutating func add(_ part: MultipartPart) {
        if let fileName = part.fileName {
            files[part.name] = Upload(name: fileName, mime: part.mime, bytes: part.bytes)
        } else {
            values[part.name] = .string(String(decoding: part.bytes, as: UTF8.self))
        }
    }

    private mutating func addForm(_ text: String) {
        for pair in text.split(separator: "&") {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            values[formDecoded(halves[0])] = .string(halves.count > 1 ? formDecoded(halves[1]) : "")
        }
    }

    /// The value as text; a number or an object that came in a JSON body is written out.
    func string(_ name: String) -> String? {
        switch values[name] {
        case nil, .null?: nil
        case .string(let text)?: text
        case let value?: value.text
        }
    }

    func int(_ name: String) -> Int? {
        switch values[name] {
        case .string(let text)?: Int(text.trimmingCharacters(in: .whitespaces))
        case let value?: value.int
        case nil: nil
        }
    }

    func double(_ name: String) -> Double? {
        switch values[name] {
        case .string(let text)?: Double(text)
        case let value?: value.double
        case nil: nil
        }
    }

    func bool(_ name: String) -> Bool {
        switch values[name] {
        case .string(let text)?: ["true", "1", "yes"].contains(text.lowercased())
        case .integer(let number)?: number != 0
        case let value?: value.bool ?? false
        case nil: false
        }
    }

    /// An object or a list, which a form carries as JSON text; an empty text is none.
    func json(_ name: String) throws(JSONMistake) -> JSON? {
        guard let value = values[name], !value.isNull else { return nil }
        guard case .string(let text) = value else { return value }
        return text.isEmpty ? nil : try JSON(parsing: text)
    }

    /// For the log: values as they came, files by name and size only.
    var logged: JSON {
        var fields = values
        for (name, file) in files { fields[name] = ["name": .string(file.name), "size": .integer(file.bytes.count)] }
        return .object(fields)
    }
}

private func formDecoded(_ text: some StringProtocol) -> String {
    let spaced = String(text).replacing("+", with: " ")
    return spaced.removingPercentEncoding ?? spaced
}
