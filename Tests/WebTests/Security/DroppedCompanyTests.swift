import Accounts
import Calls
import Foundation
import HTTP
import Kernel
import Support
import Testing

@testable import Web

struct DroppedCompanyTests {
    @Test func `a company dropped by another process is served no more, while its neighbour's pages go on`()
        async throws
    {
        try await PanelFixture.run(heartbeat: .milliseconds(200)) { panel in
            let (ours, theirs) = (try await panel.company(), try await panel.company("Домашний Мир", person: "Борис"))
            let call = try await panel.insertCall("тайна.wav", ours)
            var browser = try await panel.browser(ours)
            var neighbour = try await panel.browser(theirs)
            // This process remembers both from here on: its clock stands still.
            let address = try liveAddress(try await browser.get("/calls").text)
            let next = try liveAddress(try await neighbour.get("/calls").text)
            let listener = browser
            let other = neighbour
            try await listen(other, next) { neighbours in
                try await listen(listener, address) { events in
                    try await Tenants(database: panel.test.database).drop(ours.tenant, with: panel.test.migrator) {}
                    var block = try await events.nextBlock()
                    while block == ": " { block = try await events.nextBlock() }
                    #expect(block == "event: end\ndata: end")
                    #expect(try await events.isOver())
                }
                _ = try await panel.insertCall("новый.wav", theirs)
                #expect(try await neighbours.next().data.contains("новый.wav"))
            }
            for path in ["/", "/calls", "/calls/\(call)", "/calls/\(call)/audio", "/live?topics=calls"] {
                let page = try await browser.get(path)
                #expect(page.status == 401, "\(path)")
                #expect(!page.text.contains("тайна") && !page.text.contains("Север Металл"))
            }
            #expect(try await neighbour.get("/calls").text.contains("новый.wav"))
            #expect(panel.log.lines.isEmpty, "\(panel.log.lines)")
        }
    }
}
