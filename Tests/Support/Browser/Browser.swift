public import Foundation
import HTTP
import Reactor

/// Why a page could not be driven.
public struct BrowserFault: Error, CustomStringConvertible {
    public let description: String
}

/// A headless Chromium, driven over WebDriver (W3C) by chromedriver.
///
/// Waiting happens inside the page, with a deadline, so that tests need no sleep.
public struct Browser: Sendable {
    public struct Look: Sendable {
        public var width = 1_440
        public var height = 900
        public var isDark = false
        public var language = "ru"

        public init(width: Int = 1_440, height: Int = 900, isDark: Bool = false, language: String = "ru") {
            self.width = width
            self.height = height
            self.isDark = isDark
            self.language = language
        }
    }

    private let client: HTTPClient
    private let session: String

    /// Opens a window for the time of `body`.
    public static func open(_ look: Look = Look(), _ body: (Browser) async throws -> Void) async throws {
        let driver = try ChromeDriver()
        let client = try HTTPClient(reactor: Reactor())
        do {
            let base = "http://127.0.0.1:\(try await driver.port())"
            let browser = try await start(look, client: client, base: base)
            do {
                try await body(browser)
            } catch {
                _ = try await browser.call(.delete, "")
                throw error
            }
            _ = try await browser.call(.delete, "")
        } catch {
            driver.stop()
            await client.close()
            throw error
        }
        driver.stop()
        await client.close()
    }

    private static func start(_ look: Look, client: HTTPClient, base: String) async throws -> Browser {
        let arguments = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--lang=\(look.language)",
            "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
        ]
        let options: [String: Any] = ["args": arguments, "prefs": ["intl.accept_languages": look.language]]
        let wish: [String: Any] = [
            "browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": ["browser": "ALL"],
        ]
        let made = try await Browser(client: client, session: "\(base)/session")
            .call(.post, "", ["capabilities": ["alwaysMatch": wish]])
        guard let id = (made as? [String: Any])?["sessionId"] as? String else {
            throw BrowserFault(description: "chromedriver gave no session")
        }
        let browser = Browser(client: client, session: "\(base)/session/\(id)")
        try await browser.develop(
            "Emulation.setDeviceMetricsOverride",
            ["width": look.width, "height": look.height, "deviceScaleFactor": 1, "mobile": false]
        )
        let scheme = ["name": "prefers-color-scheme", "value": look.isDark ? "dark" : "light"]
        try await browser.develop("Emulation.setEmulatedMedia", ["features": [scheme]])
        return browser
    }

    public func go(_ url: String) async throws { _ = try await call(.post, "/url", ["url": url]) }

    /// Runs a script; what it returns comes back as JSON text.
    @discardableResult
    public func run(_ script: String) async throws -> String {
        let value = try await call(.post, "/execute/sync", ["script": script, "args": []])
        return String(
            decoding: try JSONSerialization.data(withJSONObject: value, options: [.fragmentsAllowed]),
            as: UTF8.self
        )
    }

    /// Waits until an expression is true in the page.
    public func wait(for expression: String, seconds: Int = 20) async throws {
        let script = """
            const done = arguments[0];
            const end = performance.now() + \(seconds * 1_000);
            (function look() {
              if (\(expression)) done(true);
              else if (performance.now() > end) done(false);
              else setTimeout(look, 30);
            })();
            """
        _ = try await call(.post, "/timeouts", ["script": (seconds + 10) * 1_000])
        guard try await call(.post, "/execute/async", ["script": script, "args": []]) as? Bool == true else {
            throw BrowserFault(description: "the page never had: \(expression)")
        }
    }

    /// Clicks as a person does, which lets a page play sound; what lies outside the window is scrolled to first.
    public func click(_ selector: String) async throws {
        let found = try await call(.post, "/element", ["using": "css selector", "value": selector])
        // The key is the constant of the WebDriver standard that marks an element.
        guard let element = (found as? [String: Any])?["element-6066-11e4-a52e-4f735466cecf"] as? String else {
            throw BrowserFault(description: "nothing to click: \(selector)")
        }
        _ = try await call(.post, "/element/\(element)/click")
    }

    /// Types into what has the focus; `\u{E007}` is Enter.
    public func type(_ text: String) async throws {
        let keys = text.flatMap { key in
            [["type": "keyDown", "value": String(key)], ["type": "keyUp", "value": String(key)]]
        }
        _ = try await call(.post, "/actions", ["actions": [["type": "key", "id": "keys", "actions": keys]]])
    }

    public func screenshot() async throws -> Data {
        guard let text = try await call(.get, "/screenshot") as? String, let data = Data(base64Encoded: text) else {
            throw BrowserFault(description: "chromedriver gave no picture")
        }
        return data
    }

    /// What the page complained of, violations of its content security policy included.
    public func complaints() async throws -> [String] {
        let entries = try await call(.post, "/se/log", ["type": "browser"]) as? [[String: Any]] ?? []
        return entries.filter { $0["level"] as? String == "SEVERE" }.compactMap { $0["message"] as? String }
    }

    private func develop(_ command: String, _ parameters: [String: Any]) async throws {
        _ = try await call(.post, "/goog/cdp/execute", ["cmd": command, "params": parameters])
    }

    private func call(_ method: HTTPMethod, _ path: String, _ body: [String: Any] = [:]) async throws -> Any {
        guard let url = URL(string: session + path) else { throw BrowserFault(description: "a wrong address") }
        var request = HTTPRequest(method, url, timeouts: HTTPTimeouts(total: .seconds(120)))
        request.maximumResponseBytes = 64 << 20
        if method == .post { request.body = .json(Array(try JSONSerialization.data(withJSONObject: body))) }
        let response = try await client.send(request)
        let json = try JSONSerialization.jsonObject(with: Data(response.body)) as? [String: Any]
        let value = json?["value"] ?? NSNull()
        guard response.status == 200 else {
            let message = (value as? [String: Any])?["message"] as? String ?? "status \(response.status)"
            throw BrowserFault(description: "chromedriver: \(message.prefix(300))")
        }
        return value
    }
}
