import Database
import Foundation
import Kernel
import Support
import Testing

@testable import zvonar

/// `tenant retention`; that the audio is gone by it is walked in BucketTests.
struct RetentionCommandTests {
    @Test func `a company's days are its own, the server's again, or for ever, and nonsense changes nothing`()
        async throws
    {
        try await City.withoutServer(settings: ["ZVONAR_AUDIO_RETENTION_DAYS": "90"]) { city in
            try await city.command("tenant", "create", "Ромашка")
            try await city.command("tenant", "create", "Василёк")
            let tenants = try await days(city).keys.sorted()
            try #require(tenants.count == 2)
            let one = "\(tenants[0])"
            let steps: [(arguments: [String], words: String, days: Int?)] = [
                (["--days", "7"], "Audio is deleted after 7 days.\n", 7),
                (["--days", "0"], "Audio is kept for ever.\n", 0),
                ([], "Audio is deleted after 90 days.\n", nil),
                (["--days", "36500"], "Audio is deleted after 36500 days.\n", 36_500),
            ]
            for step in steps {
                #expect(try await city.command(["tenant", "retention", one] + step.arguments) == step.words)
                #expect(try await days(city)[tenants[0]] == .some(step.days))
                #expect(try await days(city)[tenants[1]] == .some(nil))
            }
            let refused = [([one, "--days", "36501"], "0 to 36500"), (["999999999", "--days", "5"], "999999999")]
            for (arguments, word) in refused {
                let words = try await city.command(["tenant", "retention"] + arguments, code: 1)
                #expect(words.contains(word), "\(words)")
            }
            #expect(try await days(city)[tenants[0]] == .some(36_500))
        }
    }

    private func days(_ city: City) async throws -> [TenantID: Int?] {
        let rows = try await city.test.database.platform { tx in
            try await tx.query("SELECT id, audio_days::bigint FROM platform.tenants")
        }
        return Dictionary(uniqueKeysWithValues: try rows.map { try $0.decode(TenantID.self, Int?.self) })
    }
}
