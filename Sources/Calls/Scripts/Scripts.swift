public import Database
public import Kernel

/// Makes a script's number a type of its own.
public enum ScriptIdentity {}

public typealias ScriptID = Identifier<ScriptIdentity>

/// The company's checklists.
public struct Scripts: Sendable {
    public init() {}

    /// The script in force; a company without one gets the default.
    public func active(in transaction: TenantTransaction) async throws -> (id: ScriptID, script: Script) {
        let store = ScriptStore(transaction)
        if let id = try await store.activeID(), let script = try await store.script(id) { return (id, script) }
        if let id = try await store.insertActive(.standard) { return (id, .standard) }
        guard let id = try await store.activeID(), let script = try await store.script(id) else {
            throw DatabaseFault.unreadable("no active script")
        }
        return (id, script)
    }
}
