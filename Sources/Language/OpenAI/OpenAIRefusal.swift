import Foundation
import HTTP

/// A refusal in any of the envelopes that engines use: `{"error":{…}}`, `{"object":"error",…}`, `{"detail":…}`, or a web page.
struct OpenAIRefusal {
    private struct Envelope: Decodable {
        let error: Body?
        let message: String?
        let type: String?
        let code: JSONValue?
        let param: JSONValue?
    }

    private struct Body: Decodable {
        let message: String?
        let type: String?
        let code: JSONValue?
        let param: JSONValue?
    }

    let status: Int
    private let retryAfter: Double?
    private let code: String
    private let type: String
    /// The parameter that the engine objects to.
    private let parameter: String
    private let message: String

    init(_ response: HTTPResponse) {
        status = response.status
        retryAfter =
            response.headers["retry-after-ms"].flatMap(Double.init).map { $0 / 1000 }
            ?? response.headers["retry-after"].flatMap(Double.init)
        let envelope = Self.envelope(response.body)
        code = (envelope?.error?.code ?? envelope?.code)?.string ?? ""
        type = envelope?.error?.type ?? envelope?.type ?? ""
        parameter = (envelope?.error?.param ?? envelope?.param)?.string ?? ""
        message = (envelope?.error?.message ?? envelope?.message ?? "").lowercased()
    }

    var fault: LanguageFault {
        switch status {
        case 400, 413, 422: badRequest
        case 401: .badKey
        case 403: .forbidden
        case 404: .unknownModel
        case 408, 409, 502, 503, 504: .busy(retryAfterSeconds: retryAfter)
        case 429:
            code == "insufficient_quota" || type == "insufficient_quota"
                ? .quotaExhausted : .busy(retryAfterSeconds: retryAfter)
        default: .failing(status: status)
        }
    }

    private var badRequest: LanguageFault {
        let isTooLong =
            code == "context_length_exceeded" || type == "exceed_context_size_error" || status == 413
            || message.contains("context length") || message.contains("context size")
        if isTooLong { return .tooLong }
        if concerns("response_format") || concerns("schema") || concerns("grammar") {
            return .badRequest(Self.responseFormat)
        }
        if concerns("max_tokens") { return .badRequest(Self.tokenLimit) }
        // The engine's message may repeat what it was sent, so only its own short words are kept.
        let word = [code, parameter, type].first { !$0.isEmpty } ?? "status \(status)"
        return .badRequest(String(word.prefix(64)))
    }

    private func concerns(_ word: String) -> Bool { parameter.contains(word) || message.contains(word) }

    static let responseFormat = "response_format"
    static let tokenLimit = "max_tokens"

    private static func envelope(_ body: [UInt8]) -> Envelope? {
        do {
            return try JSONDecoder().decode(Envelope.self, from: Data(body))
        } catch {
            // A proxy's web page; the status says enough.
            return nil
        }
    }
}
