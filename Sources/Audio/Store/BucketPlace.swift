import Foundation
import Kernel
import S3

/// A bucket of an S3-compatible storage.
struct BucketPlace: SealedPlace {
    let bucket: Bucket
    /// Where files are sealed before they are sent.
    let folders: WorkFolders

    /// So many objects are removed at once.
    private static let atOnce = 8

    func renew(_ name: String) async throws -> Bool { try await storing { try await bucket.renew(name) } }

    func exists(_ name: String) async throws -> Bool { try await storing { try await bucket.exists(name) } }

    func withTemporaryFile(for name: String, _ body: (URL) async throws -> Void) async throws {
        try await folders.with { try await body($0.appending(path: "sealed")) }
    }

    func finish(_ temporary: URL, byteCount: Int, hash: [UInt8], as name: String) async throws {
        try await storing { try await bucket.put(temporary, byteCount: byteCount, hash: hash, as: name) }
    }

    func open(_ name: String, ahead: Int) async throws -> (any SealedBytes)? {
        let beginning = try await storing { try await bucket.read(name, 0..<ahead) }
        return beginning.map { BucketBytes(bucket: bucket, name: name, beginning: $0) }
    }

    func delete(_ name: String) async throws { try await storing { try await bucket.delete(name) } }

    func deleteFolder(_ folder: String) async throws {
        let names = try await storing { try await bucket.list("\(folder)/") }.map(\.name)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, name) in names.enumerated() {
                if number >= Self.atOnce { try await group.next() }
                group.addTask { try await delete(name) }
            }
            try await group.waitForAll()
        }
        _ = try await sweepUnfinished(folder, before: .distantFuture)
    }

    func list(_ folder: String, changedBefore moment: Date) async throws -> [String] {
        let entries = try await storing { try await bucket.list("\(folder)/") }
        return entries.filter { $0.changedAt < moment }.map(\.name)
    }

    func sweepUnfinished(_ folder: String, before moment: Date) async throws -> Int {
        try await storing { try await bucket.abandonUploads("\(folder)/", before: moment) }
    }
}

/// One version of an object: read later than it was replaced, it is a fault and not a mixture.
struct BucketBytes: SealedBytes {
    let bucket: Bucket
    let name: String
    /// The first bytes, which came with the opening.
    let beginning: Bucket.Piece

    var byteCount: Int { beginning.byteCount }

    func read(_ count: Int, at offset: Int) async throws -> [UInt8] {
        let range = offset..<min(offset + count, byteCount)
        guard !range.isEmpty else { return [] }
        if range.upperBound <= beginning.bytes.count { return Array(beginning.bytes[range]) }
        let piece = try await storing { try await bucket.read(name, range, tag: beginning.tag) }
        guard let piece else { throw RecordingStoreFault.replaced }
        return piece.bytes
    }
}

private func storing<T>(_ body: () async throws -> T) async throws -> T {
    do {
        return try await body()
    } catch let fault as S3Fault {
        throw RecordingStoreFault.storage(fault)
    }
}
