public import Foundation
public import HTTP
public import Kernel
import Synchronization

/// An engine that speaks OpenAI's `POST /audio/transcriptions`: the bundled local service, a self-hosted one or a cloud.
public final class OpenAISpeechEngine: SpeechEngine {
    private let client: HTTPClient
    private let base: URL
    private let key: String?
    private let model: String
    /// Models such as `gpt-4o-transcribe` answer plain text only; known after their first refusal.
    private let givesTimes = Mutex(true)

    /// - Parameters:
    ///   - client: Outlives the engine.
    ///   - base: With its `/v1`.
    ///   - key: Sent as a bearer token; none for a local service without one.
    ///   - model: The engine's name of its model.
    public init(client: HTTPClient, base: URL, key: String?, model: String) {
        self.client = client
        self.base = base
        self.key = key
        self.model = model
    }

    public func transcribe(_ file: URL, seconds: Double, language: Language) async throws -> Recognition {
        let withTimes = givesTimes.withLock { $0 }
        let response = try await post(file, seconds: seconds, language: language, withTimes: withTimes)
        if withTimes, EngineRefusal.isAboutTimes(response) {
            givesTimes.withLock { $0 = false }
            let plain = try await post(file, seconds: seconds, language: language, withTimes: false)
            return try recognition(plain, seconds: seconds)
        }
        return try recognition(response, seconds: seconds)
    }

    public func isReady() async -> Bool {
        // The local service and llama.cpp tell at /health, beside /v1, whether the model is loaded; clouds have no such route.
        if let health = await get(base.deletingLastPathComponent().appending(path: "health")), health.isSuccess {
            let status = EngineHealth(health.body)?.status
            if let status { return status == "ok" }
        }
        return await get(base.appending(path: "models"))?.isSuccess ?? false
    }

    private func post(_ file: URL, seconds: Double, language: Language, withTimes: Bool) async throws -> HTTPResponse {
        var parts = [
            HTTPPart("model", model),
            HTTPPart("language", language.rawValue),
            HTTPPart("response_format", withTimes ? "verbose_json" : "json"),
            HTTPPart("temperature", "0"),
        ]
        if withTimes {
            parts.append(HTTPPart("timestamp_granularities[]", "word"))
            parts.append(HTTPPart("timestamp_granularities[]", "segment"))
        }
        // The name tells the container to engines that look at it; ours are FLAC and say nothing of the call.
        let name = "audio.\(file.pathExtension.isEmpty ? "flac" : file.pathExtension)"
        parts.append(HTTPPart(name: "file", filename: name, type: "application/octet-stream", content: .file(file)))
        var request = HTTPRequest(
            .post,
            base.appending(path: "audio/transcriptions"),
            headers: headers,
            body: .multipart(parts)
        )
        // A busy machine of two cores takes as long as the audio lasts, and a few windows may wait before this one.
        request.timeouts = HTTPTimeouts(total: .seconds(120 + 4 * seconds))
        request.maximumResponseBytes = 32 << 20
        do {
            return try await client.send(request)
        } catch  where error.reason == .cancelled {
            throw CancellationError()
        } catch {
            throw SpeechFault.unreachable(error.description)
        }
    }

    private func recognition(_ response: HTTPResponse, seconds: Double) throws(SpeechFault) -> Recognition {
        guard response.isSuccess else { throw EngineRefusal.fault(of: response) }
        return try EngineAnswer(response.body).recognition(seconds: seconds)
    }

    private func get(_ url: URL) async -> HTTPResponse? {
        let request = HTTPRequest(
            .get,
            url,
            headers: headers,
            timeouts: HTTPTimeouts(connect: .seconds(3), total: .seconds(5))
        )
        do {
            return try await client.send(request)
        } catch {
            // Not ready, for whatever reason; the transcription itself will tell which.
            return nil
        }
    }

    private var headers: HTTPHeaders {
        var headers = HTTPHeaders()
        if let key, !key.isEmpty { headers["Authorization"] = "Bearer \(key)" }
        return headers
    }
}

private struct EngineHealth: Decodable {
    let status: String?

    init?(_ body: [UInt8]) {
        do {
            self = try JSONDecoder().decode(EngineHealth.self, from: Data(body))
        } catch {
            return nil
        }
    }
}
