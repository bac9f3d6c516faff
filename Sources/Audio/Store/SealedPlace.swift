import Foundation

/// Where sealed files lie, by their names: whole or not at all, and never changed.
protocol SealedPlace: Sendable {
    /// Makes a file that is there as young as a new one; false when it is not there.
    func renew(_ name: String) async throws -> Bool

    func exists(_ name: String) async throws -> Bool

    /// Gives a file to write into, which must not exist yet; it is gone afterwards, or a sweep takes it away.
    func withTemporaryFile(for name: String, _ body: (URL) async throws -> Void) async throws

    /// Gives a written file its name; returns once it would survive a power cut.
    ///
    /// `hash` is the SHA-256 of its bytes.
    func finish(_ temporary: URL, byteCount: Int, hash: [UInt8], as name: String) async throws

    /// Opens one version of a file; nil when it is not there. `ahead` is how much of its beginning will be read soon.
    func open(_ name: String, ahead: Int) async throws -> (any SealedBytes)?

    /// Removes a file; one that is gone already is no fault.
    func delete(_ name: String) async throws

    /// Removes everything below a folder.
    func deleteFolder(_ folder: String) async throws

    /// The names of all files below a folder that were last changed before a moment.
    func list(_ folder: String, changedBefore moment: Date) async throws -> [String]

    /// Removes what unfinished writing has left there before a moment; how many that were.
    func sweepUnfinished(_ folder: String, before moment: Date) async throws -> Int
}

/// One version of a stored file.
protocol SealedBytes: Sendable {
    var byteCount: Int { get }

    /// Bytes at a place; fewer only where the file ends.
    func read(_ count: Int, at offset: Int) async throws -> [UInt8]
}
