import Foundation
import HTTP
import Support
import Synchronization
import Testing

/// A browser without scripts: it keeps cookies and sends forms.
final class Visitor: Sendable {
    private let client: HTTPClient
    private let cookies = Mutex<[String: String]>([:])
    let callPage: String

    struct Answer: Sendable {
        let status: Int
        let body: [UInt8]
        let location: String?

        var text: String { String(decoding: body, as: UTF8.self) }
    }

    convenience init() throws {
        self.init(client: try HTTPClient(reactor: TestDatabase.reactor), cookies: [:], callPage: "")
    }

    private init(client: HTTPClient, cookies: [String: String], callPage: String) {
        self.client = client
        self.callPage = callPage
        self.cookies.withLock { $0 = cookies }
    }

    /// The same visitor, with the page of a call at hand.
    func at(_ panel: String, call: Substring) -> Visitor {
        Visitor(client: client, cookies: cookies.withLock { $0 }, callPage: "\(panel)/calls/\(call)")
    }

    func get(_ address: String, _ headers: [String: String] = [:]) async throws -> Answer {
        try await send(HTTPRequest(.get, try #require(URL(string: address)), headers: merged(headers)))
    }

    /// Follows an address whose answer goes on and on.
    func follow(_ address: String, _ headers: [String: String], _ body: (HTTPStream) async throws -> Void) async throws
    {
        var request = HTTPRequest(.get, try #require(URL(string: address)), headers: merged(headers))
        request.timeouts.total = .seconds(300)
        try await client.stream(request, body)
    }

    /// Opens a sign-in link and presses its button.
    func signIn(_ address: String) async throws {
        let page = try await get(address)
        let form = try #require(
            page.text.firstMatch(of: /<form[^>]*method="post"[^>]*>(.*?)<\/form>/.dotMatchesNewlines())
        )
        let fields = String(form.1).matches(of: /<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"/)
            .map { "\($0.1)=\(String($0.2).addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")" }
        let url = try #require(URL(string: address))
        let origin = "\(url.scheme ?? "")://\(url.host ?? ""):\(url.port ?? 80)"
        var request = HTTPRequest(.post, url, headers: merged(["Origin": origin]))
        request.body = .bytes(Array(fields.joined(separator: "&").utf8), type: "application/x-www-form-urlencoded")
        let answer = try await send(request)
        try #require(answer.status == 303, "signing in answered \(answer.status)")
    }

    private func send(_ request: HTTPRequest) async throws -> Answer {
        let response = try await client.send(request)
        for line in response.headers.all("Set-Cookie") {
            let pair = line.split(separator: ";")[0].split(separator: "=", maxSplits: 1)
            cookies.withLock { $0[String(pair[0])] = pair.count == 2 ? String(pair[1]) : "" }
        }
        return Answer(status: response.status, body: response.body, location: response.headers.all("Location").first)
    }

    private func merged(_ headers: [String: String]) -> HTTPHeaders {
        var all = HTTPHeaders()
        for (name, value) in headers { all.add(name, value) }
        let cookie = cookies.withLock { $0.map { "\($0.key)=\($0.value)" }.joined(separator: "; ") }
        if !cookie.isEmpty { all.add("Cookie", cookie) }
        return all
    }
}
