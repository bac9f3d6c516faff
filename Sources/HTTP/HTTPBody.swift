public import Foundation

/// What a request carries.
///
/// Files are read in pieces while they are sent, on the reactor's thread, so they must be local.
public enum HTTPBody: Sendable {
    case none
    case bytes([UInt8], type: String?)
    case file(URL, type: String?)
    /// `multipart/form-data`, RFC 7578.
    case multipart([HTTPPart])

    public static func json(_ bytes: [UInt8]) -> HTTPBody { .bytes(bytes, type: "application/json") }
}

/// One field of a form, or one file.
public struct HTTPPart: Sendable {
    public enum Content: Sendable {
        case bytes([UInt8])
        case file(URL)
    }

    public var name: String
    /// Sent as plain UTF-8; a part without it is a field.
    public var filename: String?
    public var type: String?
    public var content: Content

    public init(name: String, filename: String? = nil, type: String? = nil, content: Content) {
        self.name = name
        self.filename = filename
        self.type = type
        self.content = content
    }

    /// A plain field.
    public init(_ name: String, _ text: String) {
        self.init(name: name, content: .bytes(Array(text.utf8)))
    }
}
