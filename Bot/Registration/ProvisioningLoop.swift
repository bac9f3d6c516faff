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
        await withDiscardingTaskGroup { group in
            let inHand = InHand(pause: parts.retryDelay)
            for await _ in parts.database.wakeUps(on: .tenants) {
                guard !Task.isCancelled else { return }
                do {
                    // Side by side: the cell of one may be down, which takes its time.
                    for tenant in try await parts.registrations.takePreparing(except: inHand.notNow)
                    where inHand.begin(tenant) {
                        group.addTask { inHand.end(tenant, isDone: await prepare(tenant)) }
                    }
                } catch {
                    parts.logger.warning(
                        "Cannot look for companies to prepare",
                        metadata: ["error": "\(error.loggable)"]
                    )
                }
            }
        }
    }

    /// Tries to prepare a company once; false when it is to be tried again.
    func prepare(_ tenant: TenantID) async -> Bool {
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
            return true
        } catch is CancellationError {
            return false
        } catch let fault as any Fault where fault.isPassing {
            // The company waits for its cell, however long that is away.
            parts.logger.warning(
                "A company cannot be prepared yet",
                metadata: ["tenant": "\(tenant)", "fault": "\(fault)"]
            )
            return false
        } catch {
            parts.logger.error(
                "A company could not be prepared",
                metadata: ["tenant": "\(tenant)", "error": "\(error.loggable)"]
            )
            await countFailure(tenant)
            return false
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
                metadata: ["tenant": "\(tenant)", "error": "\(error.loggable)"]
            )
        }
    }

    private func send(_ screen: Screen, to chat: WaitingChat, _ tx: PlatformTransaction) throws {
        let place = ChatPlace(bot: chat.bot, chat: chat.chat)
        try tx.send(try screen.message(to: place, rank: .reply, slot: RegistrationFlow.slot(chat.step)))
    }
}

/// The companies that are being prepared just now, and those whose next attempt is later.
private final class InHand: Sendable {
    private struct Attempts {
        var failures = 0
        /// When the next may begin; nil while one is in hand.
        var next: ContinuousClock.Instant?
    }

    private let tenants = Mutex<[TenantID: Attempts]>([:])
    private let pause: Duration

    /// `pause` is how long a company waits after its first failure; it doubles up to about half a minute.
    init(pause: Duration) { self.pause = pause }

    /// Those that are not to be tried now: looked for among all, they would leave others no place.
    var notNow: [TenantID] {
        tenants.withLock { tenants in
            tenants.filter { $0.value.next.map { $0 > .now } ?? true }.keys.sorted { $0.rawValue < $1.rawValue }
        }
    }

    /// False when it is in hand already.
    func begin(_ tenant: TenantID) -> Bool {
        tenants.withLock { tenants in
            if let known = tenants[tenant], known.next == nil { return false }
            tenants[tenant, default: Attempts()].next = nil
            return true
        }
    }

    func end(_ tenant: TenantID, isDone: Bool) {
        tenants.withLock { tenants in
            guard !isDone, var attempts = tenants[tenant] else {
                tenants[tenant] = nil
                return
            }
            attempts.failures += 1
            attempts.next = .now + pause * (1 << min(attempts.failures - 1, 5))
            tenants[tenant] = attempts
        }
    }
}
