package import Accounts
package import Foundation
import Kernel
import Telegram

/// The way from an update as it came to what is decided about it, without a database and without effects.
///
/// For measuring what that alone costs; `UpdateHandler` does the same between its transactions.
package struct Dispatch: Sendable {
    private let presence: Presence
    private let now: Date

    /// Everything is decided for one member of a company.
    package init(presence: Presence, now: Date) {
        self.presence = presence
        self.now = now
    }

    /// How many effects were decided; nil when the update asks for nothing.
    package func effectCount(of json: String) throws -> Int? {
        let update = try Update(json: json)
        guard let arrival = Arrival(update) else { return nil }
        let visitor = Visitor(
            presence: presence,
            membership: presence.active,
            digestTime: "09:00",
            zone: TimeZone(identifier: "Europe/Moscow"),
            message: arrival.message,
            update: update.id,
            now: now
        )
        return Front.decide(arrival.event, visitor).effects.count
    }
}

extension Update {
    /// Reads an update as Telegram sends it.
    init(json: String) throws {
        self = try JSONDecoder().decode(Update.self, from: Data(withoutZeroEscapes(json).utf8))
    }
}
