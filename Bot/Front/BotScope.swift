import Accounts
import Kernel

/// Whom a bot serves.
enum BotScope: Sendable, Hashable {
    /// Everybody, each about their own companies.
    case shared
    /// The people of one company; `sharedBot` is where others may go.
    case company(TenantID, sharedBot: String?)

    /// What is known of a person, as far as it concerns this bot.
    func seen(_ presence: Presence) -> Presence {
        switch self {
        case .shared: presence
        case .company(let tenant, _): presence.within(tenant)
        }
    }
}
