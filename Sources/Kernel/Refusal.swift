/// Something the product says no to, with a sentence for the person; everything else that fails is a fault.
public protocol Refusal: Error, Sendable {
    func sentence(in language: Language) -> String
}

/// The number that ties a person's "something went wrong" to one log line.
public struct Incident: Sendable, Hashable, CustomStringConvertible {
    public let number: String

    /// A new number: eight characters without those easily misread.
    public static func new() -> Incident {
        let alphabet = Array("23456789ABCDEFGHJKMNPQRSTUVWXYZ")
        return Incident(number: String((0..<8).map { _ in alphabet[Int.random(in: alphabet.indices)] }))
    }

    public var description: String { number }
}

/// A fault whose `description` is safe to show in a log: no secrets, phones or texts of people.
public protocol Fault: Error, Sendable, CustomStringConvertible {
    /// Whether trying the same again later may help.
    var isPassing: Bool { get }
}

extension Error {
    /// What a log and a list of jobs may say of an error: only a fault promises that its description is safe to show.
    ///
    /// Of anything else it is the type: a `DecodingError`, for one, quotes what it could not read.
    public var loggable: String { (self as? any Fault)?.description ?? String(reflecting: type(of: self)) }
}
