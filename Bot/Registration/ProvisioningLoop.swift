import Accounts
import Database
import Jobs
import Kernel
import Logging
import Synchronization

/// Prepares companies that were registered, and says so in the chats that wait.
///
/// Any number of processes run it: preparing twice is harmless, and only one of them announces.
struct ProvisioningLoop: Sendable {
    let parts: BotParts

    func run() async {
        // A company whose preparation fails is tried again at every look, a second later at most.
        await withDiscardingTaskGroup { group in
            let inHand = InHand()
            for await _ in parts.database.wakeUps(on: .tenants) {
                guard !Task.isCancelled else { return }
                do {
                    // Side by side: the cell of one may be down, which takes its time.
                    for tenant in try await parts.registrations.takePreparing()
                    where inHand.begin(tenant) {
                        group.addTask {
                            await prepare(tenant)
                            inHand.end(tenant)
                        }
                    }
                } catch {
                    parts.logger.warning(
                        "Cannot look for companies to prepare",
                        metadata: ["error": "\(error)"]
                    )
                }
            }
        }
    }

    private func prepare(_ tenant: TenantID) async {
        do {
            try await parts.registrations.prepare(
                tenant,
                schedule: { profile in try await parts.scheduleDigest(profile) },
                announce: { prepared, tx in
                    for chat in prepared.chats {
                        let screen = RegistrationScreens.ready(company: prepared.profile.name, chat.language)
                        try send(screen, to: chat, tx)
                    }
                }
            )
        } catch is CancellationError {
            return
        } catch {
            parts.logger.error(
                "A company could not be prepared",
                metadata: ["tenant": "\(tenant)", "error": "\(error)"]
            )
            await countFailure(tenant)
        }
    }

    private func countFailure(_ tenant: TenantID) async {
        do {
            try await parts.registrations.countFailure(of: tenant) { chats, tx in
                for chat in chats {
                    try send(Screen(RegistrationTexts.failed(chat.language)), to: chat, tx)
                }
            }
        } catch {
            parts.logger.warning(
                "A failure was not counted",
                metadata: ["tenant": "\(tenant)", "error": "\(error)"]
            )
        }
    }

    private func send(_ screen: Screen, to chat: WaitingChat, _ tx: PlatformTransaction) throws {
        let place = ChatPlace(bot: chat.bot, chat: chat.chat)
        try tx.send(try screen.message(to: place, rank: .reply, slot: RegistrationFlow.slot(chat.step)))
    }
}

/// The companies that are being prepared just now.
private final class InHand: Sendable {
    private let tenants = Mutex<Set<TenantID>>([])

    /// False when it is in hand already.
    func begin(_ tenant: TenantID) -> Bool { tenants.withLock { $0.insert(tenant).inserted } }

    func end(_ tenant: TenantID) { tenants.withLock { _ = $0.remove(tenant) } }
}
