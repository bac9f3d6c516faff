import Accounts
import Jobs
import Kernel

/// How a repetition keeps to the route that the first handling fixed, whatever has changed meanwhile.
enum Obedience {
    /// The company that an update is about: the fixed one if the person still belongs to it, else the chat's active one.
    static func membership(_ presence: Presence, fixed route: InboxRoute?) -> Membership? {
        switch route {
        case .tenant(let tenant): presence.memberships.first { $0.tenant == tenant }
        case .platform, nil: presence.active
        }
    }

    /// A decision that fits the fixed route.
    static func obey(_ decision: Decision, _ visitor: Visitor, fixed route: InboxRoute?) -> Decision {
        guard let route, route != decision.route else { return decision }
        switch route {
        // The person has left the company meanwhile: what they asked of it is not done.
        case .tenant: return Decision(route, [])
        case .platform: return Decision(route, leftover(visitor))
        }
    }

    /// The company came between the two handlings: what was meant for the conversation before it, it cannot have any more.
    private static func leftover(_ visitor: Visitor) -> [Effect] {
        guard let membership = visitor.membership else { return [] }
        return [.say(MenuScreens.menu(company: membership.companyName, visitor.language))]
    }
}
