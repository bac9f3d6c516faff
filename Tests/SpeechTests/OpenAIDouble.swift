import Foundation
import HTTP
import Kernel
import Support

@testable import Speech

/// A double of OpenAI's transcription route that refuses what the real one refuses.
///
/// It checks the key, the form and the file, and then answers what the test gives it.
struct OpenAIDouble: Sendable {
    var key: String? = "sk-test"
    var model = "whisper-1"
    /// Answers plain text only, as `gpt-4o-transcribe` does.
    var hasNoTimes = false
    var status = 200
    var headers: [String: String] = ["Content-Type": "application/json"]
    var body = #"{"text":"Алло.","words":[{"word":"Алло","start":0.1,"end":0.5}],"segments":[]}"#

    func run(_ peer: LoopbackPeer) {
        while let request = peer.readRequest() {
            if let mistake = mistake(in: request) {
                let code = mistake.code.map { "\"\($0)\"" } ?? "null"
                let param = mistake.param.map { "\"\($0)\"" } ?? "null"
                let type = "invalid_request_error"
                let envelope =
                    #"{"error":{"message":"\#(mistake.message)","type":"\#(type)","param":\#(param),"code":\#(code)}}"#
                peer.answer(mistake.status, ["Content-Type": "application/json"], envelope)
            } else if request.target == "/v1/models" {
                peer.answer(200, [:], #"{"object":"list","data":[{"id":"\#(model)","object":"model"}]}"#)
            } else if hasNoTimes, status == 200 {
                peer.answer(200, headers, #"{"text":"Алло, да."}"#)
            } else {
                peer.answer(status, headers, body)
            }
        }
    }

    private struct Mistake {
        var status = 400
        var message: String
        var param: String?
        var code: String?
    }

    private func mistake(in request: LoopbackRequest) -> Mistake? {
        if let key, request["authorization"] != "Bearer \(key)" {
            return Mistake(status: 401, message: "Incorrect API key provided", code: "invalid_api_key")
        }
        if request.target == "/v1/models" { return nil }
        guard request.method == "POST", request.target == "/v1/audio/transcriptions" else {
            return Mistake(status: 404, message: "Invalid URL (\(request.method) \(request.target))")
        }
        return mistake(in: request.parts)
    }

    private func mistake(in parts: [LoopbackPart]) -> Mistake? {
        func values(_ name: String) -> [String] { parts.filter { $0["name"] == name }.map(\.text) }
        guard let file = parts.first(where: { $0["name"] == "file" }), !file.body.isEmpty else {
            return Mistake(message: "file is required", param: "file")
        }
        let known = ["flac", "mp3", "mp4", "mpeg", "mpga", "m4a", "ogg", "wav", "webm"]
        guard let name = file["filename"], known.contains(where: { name.hasSuffix("." + $0) }),
            file.body.starts(with: Array("fLaC".utf8))
        else { return Mistake(message: "Invalid file format.", param: "file") }
        guard let asked = values("model").first else { return Mistake(message: "you must provide a model parameter") }
        guard asked == model else {
            return Mistake(status: 404, message: "The model does not exist", code: "model_not_found")
        }
        if let language = values("language").first, language.count != 2 || language != language.lowercased() {
            return Mistake(
                message: "Invalid language. Language parameter must be specified in ISO-639-1 format.",
                param: "language"
            )
        }
        let form = values("response_format").first ?? "json"
        let allowed = hasNoTimes ? ["json", "text"] : ["json", "text", "srt", "verbose_json", "vtt"]
        guard allowed.contains(form) else {
            return Mistake(message: "response_format '\(form)' is not compatible with model", param: "response_format")
        }
        let granularities = values("timestamp_granularities[]")
        guard granularities.isEmpty || form == "verbose_json",
            granularities.allSatisfy({ $0 == "word" || $0 == "segment" })
        else {
            return Mistake(message: "timestamp_granularities is not allowed here", param: "timestamp_granularities")
        }
        return nil
    }
}

/// An engine on a client of its own.
func engine(_ server: LoopbackServer, key: String? = "sk-test", model: String = "whisper-1") throws
    -> OpenAISpeechEngine
{
    let client = try HTTPClient(reactor: TestDatabase.reactor)
    return OpenAISpeechEngine(client: client, base: server.url("/v1"), key: key, model: model)
}

/// A file that begins as a FLAC does; the double looks no further.
func flac() throws -> URL {
    let file = FileManager.default.temporaryDirectory.appending(path: "zvonar-\(UUID().uuidString).flac")
    try Data("fLaC and what follows".utf8).write(to: file)
    return file
}
