import Foundation
import HTTP
import Testing

@testable import TelegramSandbox

@Suite struct `The chat page's files` {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Sources/TelegramSandbox/Public")

    private func read(_ name: String) throws -> String {
        try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
    }

    private func scripts() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).filter { $0.hasSuffix(".js") }
    }

    @Test func `have every text in three languages`() throws {
        let strings = try #require(try JSON(parsing: read("strings.json")).object)
        for (key, texts) in strings {
            let languages = texts.object ?? [:]
            #expect(Set(languages.keys) == ["ru", "en", "kk"], "\(key)")
            #expect(languages.values.allSatisfy { $0.string?.isEmpty == false }, "\(key)")
        }
    }

    @Test func `use only texts that exist, and all of them`() throws {
        let strings = try #require(try JSON(parsing: read("strings.json")).object)
        let code = try scripts().map { try read($0) }.joined(separator: "\n")
        let used = code.matches(of: /\bt\("(\w+)"/).map { String($0.1) }
        for key in Set(used) { #expect(strings[key] != nil, "\(key)") }
        for key in strings.keys where !key.hasPrefix("kind_") {
            #expect(code.contains("\"\(key)\""), "\(key) is not used")
        }
    }

    @Test func `never read text as markup`() throws {
        for name in try scripts() {
            let code = try read(name)
            for door in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("] {
                #expect(!code.contains(door), "\(name) has \(door)")
            }
        }
        let page = try read("index.html")
        #expect(!page.contains("<style") && !page.contains("style=\"") && !page.contains("onclick"))
    }

    @Test func `come with a policy that forbids foreign scripts`() async throws {
        try await Playground.play { play async throws in
            let page = try await play.bytes("/")
            #expect(page.status == 200)
            #expect(page.headers["Content-Type"] == "text/html; charset=utf-8")
            #expect(page.headers["Content-Security-Policy"]?.contains("script-src 'self'") == true)
            for path in ["/../Package.swift", "/%2e%2e/Package.swift", "/none.js", "/Public/index.html"] {
                #expect(try await play.bytes(path).status == 404)
            }
        }
    }
}
