import Calls
import Database
import Foundation
import Jobs
import Kernel
import Support
import Testing

@testable import Bot
@testable import TelegramSandbox

@Suite(.serialized) struct ProgressTests {
    @Test func `an older progress never replaces a newer state`() async throws {
        try await Stage.play { stage in
            let anna = try await stage.owner()
            try await anna.send(Sound.tone(seconds: 4), name: "звонок.wav")
            try await anna.waits(for: "Запись получена. Сейчас начну.")
            let tenant = try await stage.tenant(of: anna)
            try await withThrowingTaskGroup(of: Void.self) { group in
                try await stage.database.tenant(tenant) { tx in
                    let progress = try #require(try await stage.parts.archive.heldProgress(CallID(1), in: tx))
                    // The analysis ends between the reading and the writing.
                    group.addTask { try await stage.endCall(of: anna) }
                    try await waitUntil("the analysis waits") { try await stage.locksWaitedFor() > 0 }
                    let stale = ProgressScreens.progress(progress, .russian)
                    try tx.send(try stale.message(of: progress.origin, rank: .progress))
                }
                try await group.waitForAll()
            }
            try await anna.waits(for: "Чек-лист")
            _ = try await anna.waits { $0["text"]?.string == "Готово." }
            #expect(try await anna.texts().filter { $0.contains("Запись получена") }.isEmpty)
        }
    }
}

extension Stage {
    /// How many transactions of this test's database wait for another.
    fileprivate func locksWaitedFor() async throws -> Int {
        let rows = try await database.cell { tx in
            try await tx.query(
                """
                SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock'
                """
            )
        }
        return try #require(rows.first).decode(Int.self)
    }
}
