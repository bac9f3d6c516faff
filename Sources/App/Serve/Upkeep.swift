import Accounts
import Audio
import Calls
import Database
import Jobs
import Kernel
import Logging

/// Removes what crashes and time leave behind: plain files at once; every hour audio whose time is over, orphaned
/// recordings and old buttons.
struct Upkeep: Sendable {
    let database: Database
    let leases: Leases
    let tenants: Tenants
    let recordings: Recordings
    let retention: AudioRetention
    /// For companies without a setting of their own.
    let retentionDays: Int
    let tokens: Tokens
    let folders: WorkFolders
    let logger: Logger

    /// Runs until cancelled; of several processes one sweeps what they share.
    func run() async {
        do {
            let count = try folders.sweep()
            if count > 0 { logger.notice("removed what killed processes left", metadata: ["folders": "\(count)"]) }
        } catch {
            logger.warning("cannot sweep work folders", metadata: ["error": "\(error.loggable)"])
        }
        await leases.hold("upkeep") { _ in
            while !Task.isCancelled {
                await sweepTenants()
                do { try await Task.sleep(for: .seconds(3600)) } catch { return }
            }
        }
    }

    private func sweepTenants() async {
        let ready: [TenantProfile]
        do { ready = try await tenants.ready() } catch {
            logger.warning("cannot sweep", metadata: ["error": "\(error.loggable)"])
            return
        }
        // Each by itself: the cell of one may be down, and then nobody of that cell is waited for.
        var away: Set<Int> = []
        for tenant in ready where !Task.isCancelled {
            do {
                let cell = try await database.home(of: tenant.id).number
                guard !away.contains(cell) else { continue }
                do { try await sweep(tenant) } catch let fault as DatabaseFault where fault.isOutage {
                    away.insert(cell)
                    throw fault
                }
            } catch is CancellationError {
                return
            } catch {
                logger.warning("cannot sweep", metadata: ["tenant": "\(tenant.id)", "error": "\(error.loggable)"])
            }
        }
    }

    private func sweep(_ tenant: TenantProfile) async throws {
        let days = try await tenants.audioDays(of: tenant.id) ?? retentionDays
        let expired = try await retention.sweep(tenant.id, days: days)
        if expired > 0 {
            logger.notice(
                "deleted audio at the end of its storage time",
                metadata: ["tenant": "\(tenant.id)", "recordings": "\(expired)", "days": "\(days)"]
            )
        }
        let files = try await recordings.sweep(tenant.id)
        let buttons = try await database.tenant(tenant.id) { try await tokens.sweep(in: $0) }
        guard files + buttons > 0 else { return }
        logger.info(
            "swept",
            metadata: ["tenant": "\(tenant.id)", "files": "\(files)", "tokens": "\(buttons)"]
        )
    }
}
