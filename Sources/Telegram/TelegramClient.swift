public import Foundation
public import HTTP

/// One bot's door to the Bot API.
///
/// The token is part of every address and of nothing that is printed. Calls that send something are sent at most once, whatever
/// the connection does; calls that may be repeated without harm are repeated by libcurl on a kept connection that died.
public struct TelegramClient: Sendable {
    public static let officialAddress = "https://api.telegram.org"
    /// What Telegram lets bots download: exactly 20 · 2^20.
    public static let downloadLimitBytes = 20 << 20

    private let http: HTTPClient
    private let token: BotToken
    private let address: String

    /// `address` is where `/bot<token>/` begins: Telegram, a server of one's own, or the sandbox.
    public init(http: HTTPClient, token: BotToken, address: String = officialAddress) {
        self.http = http
        self.token = token
        self.address = address.hasSuffix("/") ? String(address.dropLast()) : address
    }

    /// Calls a method and reads its answer.
    public func call<Method: TelegramMethod>(_ method: Method) async throws -> Method.Answer {
        let (status, result) = try await result(
            of: Method.name,
            parameters: try method.parameters(),
            upload: method.upload,
            timeouts: method.timeouts
        )
        do {
            return try Method.answer(from: result)
        } catch is DecodingError {
            throw TelegramFault.nonsense(status: status)
        }
    }

    /// Calls any method with the JSON object of its parameters; gives the JSON of its result.
    ///
    /// With a file the object's members become fields of a form, values other than strings as JSON.
    public func call(
        _ method: String,
        parameters: [UInt8],
        upload: TelegramUpload? = nil
    ) async throws(TelegramFault) -> [UInt8] {
        let timeouts: HTTPTimeouts = upload == nil ? .telegramCall : .telegramUpload
        return try await result(of: method, parameters: parameters, upload: upload, timeouts: timeouts).json
    }

    /// Downloads what `GetFile` found to a file on disk, at most 20 MB.
    public func download(_ found: TelegramFile, to file: URL) async throws(TelegramFault) {
        guard let path = found.filePath?.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) else {
            throw .nonsense(status: 200)
        }
        var request = try request("/file/bot\(token.secretText)/\(path)", .get)
        request.timeouts = .telegramUpload
        let response: HTTPResponse
        do throws(HTTPFault) {
            response = try await http.download(request, to: file, maximumBytes: Self.downloadLimitBytes)
        } catch {
            throw .unreachable(error)
        }
        guard response.isSuccess else { throw Self.refusal(response) }
    }

    private func result(
        of method: String,
        parameters: [UInt8],
        upload: TelegramUpload?,
        timeouts: HTTPTimeouts
    ) async throws(TelegramFault) -> (status: Int, json: [UInt8]) {
        var request = try request("/bot\(token.secretText)/\(method)", .post)
        request.body = upload.map { Self.form(parameters, $0) } ?? .json(parameters)
        request.timeouts = timeouts
        request.maximumResponseBytes = 32 << 20
        request.isNeverRepeated = Self.isSending(method)
        let response: HTTPResponse
        do throws(HTTPFault) {
            response = try await http.send(request)
        } catch {
            throw .unreachable(error)
        }
        guard response.isSuccess, Envelope(response.body)?.ok == true,
            let result = RawJSON.members(of: response.body).first(where: { $0.key == "result" })
        else { throw Self.refusal(response) }
        return (response.status, Array(result.value))
    }

    private func request(_ path: String, _ method: HTTPMethod) throws(TelegramFault) -> HTTPRequest {
        guard let url = URL(string: address + path) else {
            throw .unreachable(HTTPFault(.unsound(.address), origin: "Telegram", mayHaveReachedServer: false))
        }
        return HTTPRequest(method, url)
    }

    /// Whether a second call would be seen by people; what is not known to be harmless counts as such.
    static func isSending(_ method: String) -> Bool {
        let harmless = ["get", "edit", "delete", "set", "answer"]
        return method != "sendChatAction" && !harmless.contains { method.hasPrefix($0) }
    }

    private static func form(_ parameters: [UInt8], _ upload: TelegramUpload) -> HTTPBody {
        let fields = RawJSON.members(of: parameters).map { key, value in
            HTTPPart(name: key, content: .bytes(plainText(value) ?? Array(value)))
        }
        let file = HTTPPart(name: upload.field, filename: upload.name, type: upload.type, content: .bytes(upload.bytes))
        return .multipart(fields + [file])
    }

    /// What a JSON string says; nil when the value is none.
    private static func plainText(_ value: ArraySlice<UInt8>) -> [UInt8]? {
        guard value.first == UInt8(ascii: "\"") else { return nil }
        do {
            return Array(try JSONDecoder().decode(String.self, from: Data(value)).utf8)
        } catch {
            return nil
        }
    }

    private static func refusal(_ response: HTTPResponse) -> TelegramFault {
        guard let envelope = Envelope(response.body), !envelope.ok else { return .nonsense(status: response.status) }
        let header = response.headers["Retry-After"].flatMap { Int($0) }
        return .refused(
            code: envelope.errorCode ?? response.status,
            description: envelope.description ?? "",
            retryAfter: envelope.parameters?.retryAfter ?? header,
            migrateTo: envelope.parameters?.migrateTo
        )
    }
}

/// What every answer of the Bot API is wrapped in.
private struct Envelope: Decodable {
    struct Parameters: Decodable {
        let retryAfter: Int?
        let migrateTo: Int64?

        enum CodingKeys: String, CodingKey {
            case retryAfter = "retry_after"
            case migrateTo = "migrate_to_chat_id"
        }
    }

    let ok: Bool
    let errorCode: Int?
    let description: String?
    let parameters: Parameters?

    enum CodingKeys: String, CodingKey {
        case ok
        case errorCode = "error_code"
        case description
        case parameters
    }

    /// Nil for what is not of the Bot API.
    init?(_ bytes: [UInt8]) {
        do {
            self = try JSONDecoder().decode(Envelope.self, from: Data(bytes))
        } catch {
            return nil
        }
    }
}
