import Database
import Foundation
import Jobs
import Kernel

/// How far the clock of this machine is from that of a cell's database.
struct ClockOffset: Sendable {
    /// Positive when this machine is ahead.
    let seconds: Double

    /// A lease lasts 15 s and is renewed every 5: from here on the two clocks tell different stories.
    static let allowedSeconds = 5.0

    init(seconds: Double) { self.seconds = seconds }

    init(of cell: Database, clock: WallClock) async throws {
        self.init(seconds: try await WorkGauges(database: cell).clockOffsetSeconds(clock))
    }

    /// Nil while the clocks agree.
    var trouble: String? {
        guard abs(seconds) > Self.allowedSeconds else { return nil }
        let side = seconds > 0 ? "ahead of" : "behind"
        return "this machine's clock is \(Int(abs(seconds).rounded())) s \(side) PostgreSQL's; set both by NTP"
    }
}
