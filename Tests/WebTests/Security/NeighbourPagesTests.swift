import Calls
import Foundation
import HTTP
import Kernel
import Speech
import Support
import Testing

@testable import Web

/// Every address of the panel, tried by a company whose neighbour has a call of the same number with other words and sound.
struct NeighbourPagesTests {
    /// Two companies, each with its call number 1, each with a browser signed in.
    private struct Street: Sendable {
        struct Household: Sendable {
            let company: Company
            let word: String
            var browser: PanelBrowser
        }

        let panel: PanelFixture
        var ours: Household
        var theirs: Household

        var both: [(own: Household, other: Household)] { [(ours, theirs), (theirs, ours)] }
    }

    private typealias Attempt = @Sendable (inout Street) async throws -> Void

    /// What is tried on each route; one that is not here fails the test.
    private static let attempts: [String: Attempt] = [
        "GET /": { street in
            let home = try await street.ours.browser.get("/")
            #expect((home.status, home.headers["Location"]) == (303, "/calls"))
        },
        "GET /calls": expectOwnWords(at: "/calls"),
        "GET /calls/{id}": expectOwnWords(at: "/calls/1"),
        "GET /calls/{id}/transcript.txt": expectOwnWords(at: "/calls/1/transcript.txt"),
        "GET /calls/{id}/audio": expectOwnSound,
        "GET /live": expectOwnChanges,
        "GET /sign-in/{token}": { street in
            // A neighbour's link shows whose it is and changes nothing until it is pressed.
            let token = try await street.panel.link(street.theirs.company).text
            let page = try await street.ours.browser.get("/sign-in/\(token)?to=/calls/1")
            #expect(page.status == 200)
            #expect(!page.text.contains(street.ours.word))
            try await expectOwnWords(at: "/calls/1")(&street)
        },
        "POST /sign-in/{token}": { street in
            // A neighbour's form does not fit a link of ours, nor ours one of theirs.
            let path = "/sign-in/\(try await street.panel.link(street.theirs.company).text)"
            let form = try await street.theirs.browser.get(path).formToken
            #expect(try await street.ours.browser.post(path, ["form_token": form]).status == 403)
            let ours = try await street.ours.browser.get("/calls").formToken
            #expect(try await street.ours.browser.post(path, ["form_token": ours]).status == 403)
            try await expectOwnWords(at: "/calls")(&street)
        },
        "POST /sign-out": { street in
            let form = try await street.theirs.browser.get("/calls").formToken
            #expect(try await street.ours.browser.post("/sign-out", ["form_token": form]).status == 403)
            try await expectOwnWords(at: "/calls")(&street)
        },
        "GET /health": expectNobodysWords(at: "/health"),
        "GET /ready": expectNobodysWords(at: "/ready"),
        "GET /metrics": expectNobodysWords(at: "/metrics"),
        "GET /static/{hash}/panel.css": expectSameFile("panel.css"),
        "GET /static/{hash}/panel.js": expectSameFile("panel.js"),
        "GET /static/{hash}/icon.svg": expectSameFile("icon.svg"),
    ]

    @Test func `every route gives a company its own and nothing of the call of the same number next door`() async throws
    {
        try await PanelFixture.run { panel in
            let routes = panel.routes.map { $0.replacing(/\/static\/[0-9a-f]{16}/, with: "/static/{hash}") }
            #expect(Set(routes) == Set(Self.attempts.keys), "a route that nobody has tried to break")
            var street = Street(
                panel: panel,
                ours: try await Self.settle(panel, "Север Металл", "подснежник", seconds: 4),
                theirs: try await Self.settle(panel, "Домашний Мир", "росомаха", seconds: 4)
            )
            for attempt in Self.attempts.values { try await attempt(&street) }
        }
    }

    @Test func `the sounds of two companies had one tag where their calls had one number and size`() async throws {
        try await PanelFixture.run { panel in
            var tags: Set<String> = []
            for name in ["Север Металл", "Домашний Мир"] {
                // The same recording in both.
                var household = try await Self.settle(panel, name, "подснежник", seconds: 4)
                let sound = try await household.browser.get("/calls/1/audio")
                #expect(sound.status == 200)
                // What a browser kept of the one is not taken for the other's.
                for tag in tags {
                    #expect(try await household.browser.get("/calls/1/audio", ["If-None-Match": tag]).status == 200)
                    let range: HTTPHeaders = ["Range": "bytes=0-9", "If-Range": tag]
                    #expect(try await household.browser.get("/calls/1/audio", range).status == 200)
                }
                tags.insert(try #require(sound.headers["ETag"]))
            }
            #expect(tags.count == 2)
        }
    }

    /// A company whose call 1 holds its own word and a tone of its own.
    private static func settle(
        _ panel: PanelFixture,
        _ name: String,
        _ word: String,
        seconds: Double
    ) async throws -> Street.Household {
        let company = try await panel.company(name)
        let call = try await panel.receive("\(word).wav", company, seconds: seconds)
        try #require(call == CallID(1))
        try await say(word, panel, company)
        return Street.Household(company: company, word: word, browser: try await panel.browser(company))
    }

    /// Ends the call with a word among its words.
    private static func say(_ word: String, _ panel: PanelFixture, _ company: Company) async throws {
        var sheet = Samples.orderSheet
        sheet.transcript?.turns[7].text = word
        sheet.transcript?.turns[7].words = [RecognizedWord(text: word, start: 39, end: 40, probability: 1)]
        try await panel.finish(CallID(1), company, as: sheet)
    }

    private static func expectOwnWords(at path: String) -> Attempt {
        { street in
            for (own, other) in street.both {
                var browser = own.browser
                let page = try await browser.get(path)
                #expect(page.status == 200)
                #expect(page.text.contains(own.word), "\(path)")
                #expect(!page.text.contains(other.word), "\(path)")
            }
        }
    }

    private static func expectNobodysWords(at path: String) -> Attempt {
        { street in
            let page = try await street.ours.browser.get(path)
            for (own, _) in street.both { #expect(!page.text.contains(own.word), "\(path)") }
        }
    }

    private static func expectSameFile(_ name: String) -> Attempt {
        { street in
            let page = try await street.ours.browser.get("/calls").text
            let address = try Regex("/static/[0-9a-f]{16}/\(name)", as: Substring.self)
            let path = String(try #require(page.firstMatch(of: address)).output)
            let (ours, theirs) = (
                try await street.ours.browser.get(path), try await street.theirs.browser.get(path)
            )
            #expect(ours.status == 200)
            #expect(ours.body == theirs.body)
        }
    }

    private static let expectOwnSound: Attempt = { street in
        var sounds: [[UInt8]] = []
        for (own, _) in street.both {
            var browser = own.browser
            let whole = try await browser.get("/calls/1/audio")
            #expect(whole.status == 200)
            let middle = whole.body.count / 2
            let part = try await browser.get("/calls/1/audio", ["Range": "bytes=\(middle)-\(middle + 999)"])
            #expect(part.status == 206)
            #expect(part.body == Array(whole.body[middle..<middle + 1000]))
            sounds.append(part.body)
        }
        #expect(sounds[0] != sounds[1])
    }

    private static let expectOwnChanges: Attempt = { street in
        let (panel, ours, theirs) = (street.panel, street.ours, street.theirs)
        var browser = ours.browser
        let address = try liveAddress(try await browser.get("/calls/1").text)
        try await listen(browser, address) { events in
            // The neighbour's comes first, and is not what is told.
            try await panel.move(CallID(1), theirs.company, to: .transcribing)
            try await say(theirs.word, panel, theirs.company)
            try await panel.move(CallID(1), ours.company, to: .transcribing)
            let event = try await events.next()
            #expect(!event.data.isEmpty)
            #expect(!event.data.contains(theirs.word))
        }
        // As it was, for who comes next.
        for (own, _) in street.both { try await say(own.word, panel, own.company) }
    }
}
