import Support
import Testing

@testable import Language

@Suite struct EmbeddingModelTests {
    @Test func `vectors come back in the order of the texts, of length one`() async throws {
        let body = #"{"data":[{"index":1,"embedding":[0,2]},{"index":0,"embedding":[3,4]}]}"#
        try await withEngine([ScriptedEngine.Reply(body: body)]) { endpoint, server in
            let vectors = try await OpenAIEmbeddingModel(endpoint).embed(["первый", " "])
            #expect(vectors == [[0.6, 0.8], [0, 1]])
            let input = try server.requests.first?.json["input"]
            #expect(input == ["первый", "-"])
            #expect(server.requests.first?.target == "/v1/embeddings")
        }
    }

    @Test func `base64 of little-endian floats is read as numbers are`() async throws {
        let body = #"{"data":[{"index":0,"embedding":"AACAPwAAAAA="}]}"#
        try await withEngine([ScriptedEngine.Reply(body: body)]) { endpoint, _ in
            let vectors = try await OpenAIEmbeddingModel(endpoint).embed(["текст"])
            #expect(vectors == [[1, 0]])
        }
    }

    @Test func `many texts go in batches, none in no request`() async throws {
        let one = ScriptedEngine.Reply(body: #"{"data":[{"index":0,"embedding":[1]}]}"#)
        let two = ScriptedEngine.Reply(body: #"{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[-1]}]}"#)
        try await withEngine([two, one]) { endpoint, _ in
            let model = OpenAIEmbeddingModel(endpoint, batchSize: 2)
            let vectors = try await model.embed(["а", "б", "в"])
            #expect(vectors == [[1], [-1], [1]])
            let none = try await model.embed([])
            #expect(none.isEmpty)
        }
    }

    @Test(arguments: [
        #"{"data":[{"index":0,"embedding":[1]}]}"#,
        #"{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]}"#,
        #"{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[1,2]}]}"#,
        #"{"data":[{"index":0,"embedding":[0]},{"index":1,"embedding":[1]}]}"#,
        #"{"data":[{"index":0,"embedding":"AAA="},{"index":1,"embedding":[1]}]}"#,
        "<html>",
    ])
    func `an answer without a vector for every text is nonsense`(body: String) async throws {
        try await withEngine([ScriptedEngine.Reply(body: body)]) { endpoint, _ in
            await #expect(throws: LanguageFault.self) { try await OpenAIEmbeddingModel(endpoint).embed(["а", "б"]) }
        }
    }
}
