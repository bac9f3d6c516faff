import Testing

@testable import Calls

struct StoredEmbeddingTests {
    /// Deterministic, spread over both signs, with one dimension that towers over the others.
    private func sample(_ seed: Int) -> [Float] {
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
        return (0..<512).map { index in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let value = Float(state >> 40) / Float(1 << 24) - 0.5
            return index == seed % 512 ? value * 4 : value
        }
    }

    @Test
    func `a cosine survives one byte a dimension`() throws {
        for seed in 1...40 {
            let (one, other) = (sample(seed), sample(seed + 1).enumerated().map { $1 + sample(seed)[$0] })
            let (first, second) = (try #require(unitVector(one)), try #require(unitVector(other)))
            let exact = zip(first, second).reduce(Float(0)) { $0 + $1.0 * $1.1 }
            let stored = try #require(StoredEmbedding(other)?.cosine(first))
            #expect(abs(stored - exact) < 0.01)
        }
    }

    @Test
    func `a vector has the same direction after storing, and length one`() throws {
        let stored = try #require(StoredEmbedding(sample(3).map { $0 * 1_000 }))
        #expect(stored.bytes.count == 516)
        #expect(StoredEmbedding(bytes: stored.bytes) == stored)
        let length = stored.vector.reduce(Float(0)) { $0 + $1 * $1 }
        #expect(abs(length - 1) < 0.01)
        let unit = try #require(unitVector(sample(3)))
        #expect(try #require(stored.cosine(unit)) > 0.999)
    }

    @Test
    func `a vector without a direction is not stored`() {
        #expect(StoredEmbedding([0, 0, 0]) == nil)
        #expect(StoredEmbedding([]) == nil)
        #expect(StoredEmbedding([.nan, 1]) == nil)
        #expect(StoredEmbedding([.infinity, 1]) == nil)
        #expect(unitVector([0, 0]) == nil)
    }

    @Test
    func `vectors of different engines are not compared`() throws {
        let stored = try #require(StoredEmbedding([1, 2, 3]))
        #expect(stored.cosine([1, 0]) == nil)
    }
}
