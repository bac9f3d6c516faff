import Database
import Foundation
import S3
import Testing

@testable import zvonar

/// Where data lie: more cells, and a bucket for recordings.
struct PlaceSettingsTests {
    private static let enough = [
        "ZVONAR_SECRET_KEY": Data(repeating: 7, count: 32).base64EncodedString(),
        "ZVONAR_DATABASE_URL": "postgresql://127.0.0.1:55432/zvonar",
        "ZVONAR_DATABASE_OWNER_PASSWORD": "hidden-owner",
        "ZVONAR_DATABASE_PLATFORM_PASSWORD": "hidden-platform",
        "ZVONAR_DATABASE_CELL_PASSWORD": "hidden-cell",
    ]

    private func settings(_ more: [String: String]) throws -> Settings {
        try Settings(arguments: [], environment: Self.enough.merging(more) { $1 }, file: nil)
    }

    @Test func `without more there is one cell and a folder`() throws {
        let settings = try settings([:])
        #expect(settings.cells.isEmpty)
        #expect(settings.openCells.isEmpty)
        #expect(settings.storage == nil)
    }

    @Test func `a cell has an address of its own and the first one's passwords where it has none`() throws {
        let settings = try settings([
            "ZVONAR_CELLS": "2, 7", "ZVONAR_CELL_2_URL": "postgresql://two/zvonar",
            "ZVONAR_CELL_7_URL": "postgresql://seven/zvonar", "ZVONAR_CELL_7_PASSWORD": "hidden-seven",
            "ZVONAR_CELLS_FOR_NEW": "7", "ZVONAR_CELL_3_URL": "postgresql://three/zvonar",
        ])
        #expect(settings.cells.mapValues(\.host) == [2: "two", 7: "seven"])
        #expect(settings.cells[2]?.passwords[.cell] == "hidden-cell")
        #expect(settings.cells[7]?.passwords[.cell] == "hidden-seven")
        #expect(settings.cells[7]?.passwords[.owner] == "hidden-owner")
        #expect(settings.openCells == [7])
        #expect(settings.unknown == ["ZVONAR_CELL_3_URL"])
        #expect(!settings.reports.contains { $0.value?.contains("hidden-seven") == true })
    }

    @Test(arguments: [
        ["ZVONAR_CELLS": "1"], ["ZVONAR_CELLS": "2,2"], ["ZVONAR_CELLS": "two"], ["ZVONAR_CELLS": "2"],
        ["ZVONAR_CELLS_FOR_NEW": "2"], ["ZVONAR_RECORDINGS": "/srv/recordings"], ["ZVONAR_RECORDINGS": "s3://b"],
        ["ZVONAR_RECORDINGS": "s3://bucket/../up", "ZVONAR_S3_ACCESS_KEY": "a", "ZVONAR_S3_SECRET_KEY": "b"],
        ["ZVONAR_CELLS": "2", "ZVONAR_CELL_2_URL": "postgresql://127.0.0.1:55432/zvonar"],
        [
            "ZVONAR_CELLS": "2,3", "ZVONAR_CELL_2_URL": "postgresql://two/zvonar",
            "ZVONAR_CELL_3_URL": "postgresql://two:5432/zvonar",
        ],
        ["ZVONAR_RECORDINGS": "s3://bucket"], ["ZVONAR_S3_ENDPOINT": "https://storage.example.com/path"],
    ])
    func `what cannot be is told at the start`(more: [String: String]) {
        #expect(throws: SettingsMistakes.self) { try settings(more) }
    }

    @Test func `a bucket is known by its address, and its key is shown to nobody`() throws {
        let settings = try settings([
            "ZVONAR_RECORDINGS": "s3://our-bucket/zvonar/", "ZVONAR_S3_REGION": "ru-central1",
            "ZVONAR_S3_ENDPOINT": "https://storage.yandexcloud.net", "ZVONAR_S3_ACCESS_KEY": "AKID",
            "ZVONAR_S3_SECRET_KEY": "hidden-secret",
        ])
        let storage = try #require(settings.storage)
        #expect(storage.bucket == "our-bucket")
        #expect(storage.prefix == "zvonar")
        #expect(storage.endpoint.absoluteString == "https://storage.yandexcloud.net")
        #expect(storage.addressing == .path)
        #expect(!settings.reports.contains { $0.value?.contains("hidden-secret") == true })
        let amazon = try self.settings([
            "ZVONAR_RECORDINGS": "s3://our-bucket", "ZVONAR_S3_ACCESS_KEY": "a", "ZVONAR_S3_SECRET_KEY": "b",
        ])
        #expect(amazon.storage?.endpoint.absoluteString == "https://s3.us-east-1.amazonaws.com")
    }
}
