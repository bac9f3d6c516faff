import Foundation

/// A model behind `POST /embeddings` in OpenAI's form, such as that of the bundled local service.
public struct OpenAIEmbeddingModel: EmbeddingModel {
    private let endpoint: OpenAIEndpoint
    private let batchSize: Int

    /// - Parameters:
    ///   - endpoint: Where the engine answers.
    ///   - batchSize: Texts a request; small ones let other requests of a small machine in between.
    public init(_ endpoint: OpenAIEndpoint, batchSize: Int = 32) {
        self.endpoint = endpoint
        self.batchSize = max(1, batchSize)
    }

    public var name: String { endpoint.model }

    public func embed(_ texts: [String]) async throws -> [[Float]] {
        var vectors: [[Float]] = []
        vectors.reserveCapacity(texts.count)
        var start = 0
        while start < texts.count {
            let batch = texts[start..<min(start + batchSize, texts.count)]
            // Engines refuse an empty input.
            let input = batch.map { JSONValue.string($0.allSatisfy(\.isWhitespace) ? "-" : $0) }
            let body: JSONValue = [
                "model": .string(endpoint.model), "input": .array(input), "encoding_format": "float",
            ]
            let answer = try Self.read(try await endpoint.post("embeddings", body), count: batch.count)
            vectors += answer
            start += batchSize
        }
        guard Set(vectors.map(\.count)).count <= 1 else { throw LanguageFault.nonsense("vectors of different lengths") }
        return vectors
    }

    private struct Body: Decodable {
        let data: [Item]
    }

    private struct Item: Decodable {
        let index: Int
        let embedding: Vector
    }

    /// Numbers, or base64 of little-endian 32-bit floats.
    private struct Vector: Decodable {
        let numbers: [Float]

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            do {
                numbers = try container.decode([Float].self)
            } catch DecodingError.typeMismatch {
                let text = try container.decode(String.self)
                guard let data = Data(base64Encoded: text), data.count % 4 == 0 else {
                    throw DecodingError.dataCorruptedError(in: container, debugDescription: "no base64 of floats")
                }
                numbers = stride(from: 0, to: data.count, by: 4).map { offset in
                    let bits = (0..<4).reduce(UInt32(0)) {
                        $0 | UInt32(data[data.startIndex + offset + $1]) << (8 * $1)
                    }
                    return Float(bitPattern: bits)
                }
            }
        }
    }

    private static func read(_ body: [UInt8], count: Int) throws -> [[Float]] {
        let items: [Item]
        do {
            items = try JSONDecoder().decode(Body.self, from: Data(body)).data
        } catch {
            throw LanguageFault.nonsense("no embeddings")
        }
        // Engines may answer in any order; the index is what counts.
        let sorted = items.sorted { $0.index < $1.index }
        guard sorted.map(\.index) == Array(0..<count) else { throw LanguageFault.nonsense("not one vector a text") }
        return try sorted.map { try unit($0.embedding.numbers) }
    }

    private static func unit(_ vector: [Float]) throws -> [Float] {
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        guard length.isFinite, length > 0 else { throw LanguageFault.nonsense("a vector without a direction") }
        return vector.map { $0 / length }
    }
}
