import Foundation
import HTTP
import Kernel
import Testing

@testable import Web

struct CallAudioTests {
    @Test func `a recording is served whole, in ranges, and only as its head`() async throws {
        try await PanelFixture.run { panel in
            let company = try await panel.company()
            let call = try await panel.receive("запись.wav", company, seconds: 40)
            var browser = try await panel.browser(company)
            let path = "/calls/\(call)/audio"

            let whole = try await browser.get(path)
            #expect(whole.status == 200)
            #expect(whole.headers["Content-Type"] == "audio/mp4")
            #expect(whole.headers["Accept-Ranges"] == "bytes")
            #expect(whole.headers["Content-Length"] == "\(whole.body.count)")
            #expect(whole.headers["Cache-Control"] == "no-store")
            // An MP4 names its brand in the first box.
            #expect(String(decoding: whole.body[4..<8], as: UTF8.self) == "ftyp")
            let size = whole.body.count
            // More than two blocks of the store, so that ranges cross their borders.
            try #require(size > 150_000)

            for range in [0..<2, 65_530..<65_540, 65_536..<131_072, 1..<size, size - 5..<size] {
                let part = try await browser.get(path, ["Range": "bytes=\(range.lowerBound)-\(range.upperBound - 1)"])
                #expect(part.status == 206)
                #expect(part.headers["Content-Range"] == "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)")
                #expect(part.headers["Content-Length"] == "\(range.count)")
                #expect(part.body == Array(whole.body[range]))
            }
            let ending = try await browser.get(path, ["Range": "bytes=-7"])
            #expect(ending.body == Array(whole.body.suffix(7)))

            let behind = try await browser.get(path, ["Range": "bytes=\(size)-"])
            #expect(behind.status == 416)
            #expect(behind.headers["Content-Range"] == "bytes */\(size)")

            let head = try await browser.send(try browser.request(.head, path))
            #expect(head.status == 200)
            #expect(head.headers["Content-Length"] == "\(size)")
            #expect(head.body.isEmpty)
        }
    }

    @Test func `a range of an older file gets the whole, and a file that is known gets nothing`() async throws {
        try await PanelFixture.run { panel in
            let company = try await panel.company()
            let call = try await panel.receive("запись.wav", company)
            var browser = try await panel.browser(company)
            let path = "/calls/\(call)/audio"
            let tag = try #require(try await browser.get(path).headers["ETag"])
            #expect(try await browser.get(path, ["Range": "bytes=0-9", "If-Range": tag]).status == 206)
            #expect(try await browser.get(path, ["Range": "bytes=0-9", "If-Range": "\"other\""]).status == 200)
            let date = "Sat, 21 Nov 2026 09:00:00 GMT"
            #expect(try await browser.get(path, ["Range": "bytes=0-9", "If-Range": date]).status == 200)
            let known = try await browser.get(path, ["If-None-Match": tag])
            #expect(known.status == 304)
            #expect(known.body.isEmpty)
        }
    }
}
