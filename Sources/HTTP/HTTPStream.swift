/// An answer whose body is still arriving; read it once, by one task.
public struct HTTPStream: Sendable, AsyncSequence {
    public typealias Element = [UInt8]
    public typealias Failure = HTTPFault

    public let status: Int
    public let headers: HTTPHeaders
    let reader: ResponseReader

    public func makeAsyncIterator() -> Iterator { Iterator(reader: reader) }

    public struct Iterator: AsyncIteratorProtocol {
        let reader: ResponseReader

        public func next() async throws -> [UInt8]? { try await reader.next() }

        public func next(isolation actor: isolated (any Actor)?) async throws(HTTPFault) -> [UInt8]? {
            try await reader.next()
        }
    }
}
