public import Foundation
public import HTTP

/// Where an engine of OpenAI's form answers.
public struct OpenAIEndpoint: Sendable {
    public let client: HTTPClient
    /// With its `/v1`.
    public let base: URL
    /// None for a local engine without one.
    let key: String?
    public let model: String
    /// For one request, the model's thinking included.
    public let timeout: Duration

    public init(client: HTTPClient, base: URL, key: String?, model: String, timeout: Duration = .seconds(120)) {
        self.client = client
        self.base = base
        self.key = key
        self.model = model
        self.timeout = timeout
    }

    /// Sends JSON and reads a successful answer; a refusal becomes the fault that it tells of.
    func post(_ path: String, _ body: JSONValue) async throws -> [UInt8] {
        var headers = HTTPHeaders()
        if let key, !key.isEmpty { headers["Authorization"] = "Bearer \(key)" }
        let request = HTTPRequest(
            .post,
            base.appending(path: path),
            headers: headers,
            body: .json(Array(try JSONEncoder().encode(body))),
            timeouts: HTTPTimeouts(total: timeout)
        )
        let response: HTTPResponse
        do {
            response = try await client.send(request)
        } catch  where error.reason == .cancelled {
            throw CancellationError()
        } catch {
            throw LanguageFault.unreachable(error.description)
        }
        guard response.isSuccess else { throw OpenAIRefusal(response).fault }
        return response.body
    }
}
