import Audio
import Database
import Foundation
import HTTP
import Kernel
import Support
import Telegram
import Testing

@testable import zvonar

/// The product where recordings lie in a bucket.
struct BucketTests {
    @Test func `a recording lives in a bucket, is heard from there, and leaves it when a company says after how long`()
        async throws
    {
        let server = try StorageServer.shared()
        let settings = [
            "ZVONAR_RECORDINGS": "s3://\(server.bucket)/city-\(UUID().uuidString.lowercased())",
            "ZVONAR_S3_ENDPOINT": server.endpoint.absoluteString,
            "ZVONAR_S3_ACCESS_KEY": server.accessKey,
            "ZVONAR_S3_SECRET_KEY": server.secretKey,
        ]
        try await City.withoutServer(settings: settings) { city in
            let path = FirstPathTests()
            let olga = try await city.sandbox.person("Ольга")
            var heard: (call: Message, visitor: Visitor)?
            try await city.running {
                try await path.register(olga, company: "Домашний Мир")
                let call = try await path.sendRecording(olga)
                try await path.listen(olga, to: call)
                let visitor = try await path.openPanel(olga, in: city)
                try await path.lookAtCall(visitor)
                heard = (call, visitor)
            }
            let (call, visitor) = try #require(heard)
            let tenant = try await city.tenant()
            // The original, what the players hear and the clip; nothing of it in the folder.
            #expect(try await Self.objects(of: tenant, in: city) >= 2)
            #expect(try Self.files(city.folder.appending(path: "recordings")) == [])

            try Self.age(tenant, in: city)
            let words = try await city.command("tenant", "retention", "\(tenant)", "--days", "30")
            #expect(words == "Audio is deleted after 30 days.\n")
            // A server begins with a sweep.
            try await city.running {
                try await waitUntil("the audio is gone", within: .seconds(60)) {
                    try await Self.objects(of: tenant, in: city) == 0
                }
                #expect(try await visitor.get(visitor.callPage + "/audio").status == 410)
                let page = try await visitor.get(visitor.callPage)
                #expect(page.status == 200 && page.text.lowercased().contains("жалоб"))
                #expect(page.text.contains("удалена по сроку хранения") && !page.text.contains("<audio"))
                #expect(try await Self.rows(of: tenant, in: city) == [1, 1, 1])
                let clip = try #require(call.buttons.first { $0.callbackData?.hasPrefix("clip:") == true })
                let asked = try await olga.write("/help")
                try await olga.press(clip, under: call)
                try await olga.wait(for: "a word that there is no sound", after: asked.messageID) {
                    $0.text?.contains("удалена") == true
                }
            }
        }
    }

    private static func objects(of tenant: TenantID, in city: City) async throws -> Int {
        let settings = try Settings(arguments: [], environment: city.environment, file: nil)
        let client = try HTTPClient(reactor: TestDatabase.reactor)
        let count = try await settings.recordingStore(client).keys(of: tenant).count
        await client.close()
        return count
    }

    private static func files(_ folder: URL) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.path)
    }

    /// Its calls, those that are done, and its recordings without sound.
    private static func rows(of tenant: TenantID, in city: City) async throws -> [Int] {
        let rows = try await city.test.database.tenant(tenant) { tx in
            try await tx.query(
                """
                SELECT ARRAY[(SELECT count(*) FROM calls), (SELECT count(*) FROM calls WHERE state = 'done'),
                             (SELECT count(*) FROM recordings WHERE audio_deleted_at IS NOT NULL)]
                """
            )
        }
        return try #require(rows.first).decode([Int64].self).map(Int.init)
    }

    /// What the company has becomes sixty days older.
    private static func age(_ tenant: TenantID, in city: City) throws {
        try city.test.runAsSuperuser(
            "UPDATE \(tenant.schema).recordings SET received_at = received_at - interval '60 days'"
        )
    }
}
