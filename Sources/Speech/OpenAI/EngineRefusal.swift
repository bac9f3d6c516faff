import Foundation
import HTTP

/// What stands behind an answer that is no success; OpenAI, vLLM, llama.cpp and FastAPI word it differently.
enum EngineRefusal {
    static func fault(of response: HTTPResponse) -> SpeechFault {
        let envelope = Envelope(response.body)
        let code = envelope?.code ?? ""
        switch response.status {
        case 401, 403: return .refused(.key)
        case 404: return .refused(code.contains("model") || envelope?.mentions("model") == true ? .model : .request)
        case 413: return .refused(.tooLarge)
        case 400, 415, 422:
            return .refused(code.contains("model") ? .model : isAboutAudio(envelope) ? .audio : .request)
        case 429 where code == "insufficient_quota": return .refused(.quota)
        case 429, 503: return .busy(retryAfter: retryAfter(response))
        case 408, 409, 500...599: return .failing(status: response.status)
        case 300..<400: return .nonsense("a redirect")
        default: return .failing(status: response.status)
        }
    }

    /// Whether the engine refuses the form with times, though it might answer a plain one.
    static func isAboutTimes(_ response: HTTPResponse) -> Bool {
        guard response.status == 400 || response.status == 422, let envelope = Envelope(response.body) else {
            return false
        }
        return ["response_format", "timestamp_granularities", "verbose_json"].contains(where: envelope.mentions)
    }

    private static func isAboutAudio(_ envelope: Envelope?) -> Bool {
        guard let envelope else { return false }
        return envelope.param == "file" || ["audio", "file", "decode"].contains(where: envelope.mentions)
    }

    private static func retryAfter(_ response: HTTPResponse) -> Duration? {
        if let milliseconds = response.headers["retry-after-ms"].flatMap({ Double($0) }), milliseconds >= 0 {
            return .milliseconds(Int(min(milliseconds, 3_600_000)))
        }
        guard let seconds = response.headers["retry-after"].flatMap({ Double($0) }), seconds >= 0 else { return nil }
        return .seconds(min(seconds, 3600))
    }
}

/// `{"error": {…}}`, the same fields at the top, or FastAPI's `{"detail": …}`; codes may be numbers.
private struct Envelope: Decodable {
    var message = ""
    var code = ""
    var param = ""

    private enum Keys: String, CodingKey { case error, detail, message, code, param, type }

    init?(_ body: [UInt8]) {
        do {
            self = try JSONDecoder().decode(Envelope.self, from: Data(body))
        } catch {
            return nil
        }
    }

    init(from decoder: any Decoder) throws {
        let top = try decoder.container(keyedBy: Keys.self)
        let inner =
            top.contains(.error) && !top.holdsText(.error)
            ? try top.nestedContainer(keyedBy: Keys.self, forKey: .error) : top
        message = [inner.text(.message), inner.text(.type), top.text(.error), top.text(.detail)].compactMap(\.self)
            .joined(separator: " ")
        code = inner.text(.code) ?? ""
        param = inner.text(.param) ?? ""
    }

    func mentions(_ word: String) -> Bool {
        message.lowercased().contains(word) || param.lowercased().contains(word)
    }
}

extension KeyedDecodingContainer {
    fileprivate func holdsText(_ key: Key) -> Bool { text(key) != nil }

    fileprivate func text(_ key: Key) -> String? {
        guard contains(key) else { return nil }
        do {
            return try decode(String.self, forKey: key)
        } catch {
            // A number, null or an object: not what a text field is read for.
            return nil
        }
    }
}
