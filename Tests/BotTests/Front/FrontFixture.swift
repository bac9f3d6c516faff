import Accounts
import Foundation
import Jobs
import Kernel
import Telegram

@testable import Bot

/// Visitors for the pure decisions.
enum Visitors {
    static let membership = Membership(tenant: TenantID(3), companyName: "Ромашка", role: .owner)

    static func stranger(_ step: RegistrationStep? = nil, waitingFor: TenantID? = nil) throws -> Visitor {
        let json = try step.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
        return visitor(memberships: [], step: json, waitingFor: waitingFor)
    }

    static func member(_ role: Role = .owner) -> Visitor {
        visitor(memberships: [Membership(tenant: TenantID(3), companyName: "Ромашка", role: role)])
    }

    static func visitor(
        memberships: [Membership],
        step: String? = nil,
        waitingFor: TenantID? = nil,
        message: Int64? = 10
    ) -> Visitor {
        Visitor(
            presence: Presence(
                account: AccountID(1),
                firstName: "Анна",
                language: .russian,
                memberships: memberships,
                activeTenant: memberships.first?.tenant,
                step: step,
                waitingFor: waitingFor
            ),
            membership: memberships.first,
            digestTime: "09:00",
            zone: Samples.zone,
            message: message,
            update: 500,
            now: Samples.moment
        )
    }
}

extension Decision {
    /// The texts that are shown, without formatting.
    var said: [String] {
        effects.compactMap { effect in
            switch effect {
            case .say(let screen, _), .edit(let screen, _): screen.text.html.text
            default: nil
            }
        }
    }
}
