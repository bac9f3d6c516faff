import Foundation

/// Choices taken one after another from the bytes that the fuzzer made up; behind their end every choice is the first.
///
/// Small changes of the bytes make small changes of the choices, so the fuzzer can grow a case step by step.
struct Input {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: UnsafePointer<UInt8>?, _ count: Int) {
        rest = Array(UnsafeBufferPointer(start: bytes, count: count))[...]
    }

    var isEmpty: Bool { rest.isEmpty }

    mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    mutating func number(below limit: Int) -> Int { Int(byte()) % limit }

    mutating func choice<Element>(_ elements: [Element]) -> Element { elements[number(below: elements.count)] }

    /// The next bytes, as many as the first of them says.
    mutating func bytes(atMost limit: Int) -> [UInt8] {
        let count = min(number(below: limit + 1), rest.count)
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    mutating func text(atMost limit: Int) -> String { String(decoding: bytes(atMost: limit), as: UTF8.self) }

    /// All that is left.
    mutating func remainder() -> [UInt8] {
        defer { rest = [] }
        return Array(rest)
    }
}

/// Ends the process with what is wrong, which the fuzzer keeps together with the bytes that led there.
func expect(_ isTrue: Bool, _ what: @autoclosure () -> String) {
    if !isTrue { fatalError(what()) }
}
