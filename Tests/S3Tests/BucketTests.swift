import Foundation
import HTTP
import Kernel
import Support
import Testing

@testable import S3

/// A bucket of moto's server, which checks every signature.
struct BucketTests {
    private let bucket: Bucket
    private let folder: URL

    init() throws {
        bucket = try Self.bucket()
        folder = FileManager.default.temporaryDirectory.appending(path: "zvonar-s3-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private static func bucket(secret: String? = nil, access: String? = nil, name: String? = nil) throws -> Bucket {
        let server = try StorageServer.shared()
        let configuration = S3Configuration(
            bucket: name ?? server.bucket,
            prefix: "some/where-\(UUID().uuidString)",
            endpoint: server.endpoint,
            region: "us-east-1",
            accessKey: access ?? server.accessKey,
            secretKey: secret ?? server.secretKey
        )
        return Bucket(configuration, http: try HTTPClient(reactor: TestDatabase.reactor))
    }

    private func put(_ bytes: [UInt8], as name: String, with bucket: Bucket? = nil) async throws {
        let file = folder.appending(path: UUID().uuidString)
        try Data(bytes).write(to: file)
        try await (bucket ?? self.bucket).put(file, byteCount: bytes.count, hash: sha256(bytes), as: name)
    }

    @Test func `an object comes back whole, in ranges, and is gone when deleted`() async throws {
        let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try await put(bytes, as: "7/ab/one.original")
        #expect(try await bucket.exists("7/ab/one.original"))
        for range in [0..<20, 65_530..<131_080, 199_990..<200_000, 0..<200_000] {
            let piece = try #require(try await bucket.read("7/ab/one.original", range))
            #expect(piece.bytes == Array(bytes[range]))
            #expect(piece.byteCount == 200_000)
        }
        let piece = try #require(try await bucket.read("7/ab/one.original", 0..<10))
        try await put([1, 2, 3], as: "7/ab/one.original")
        #expect(try await bucket.read("7/ab/one.original", 0..<10, tag: piece.tag) == nil)
        for _ in 0..<2 { try await bucket.delete("7/ab/one.original") }
        #expect(try await !bucket.exists("7/ab/one.original"))
        #expect(try await bucket.read("7/ab/one.original", 0..<10) == nil)
    }

    @Test func `a large file goes in parts that the server joins`() async throws {
        var small = bucket
        small.singleBytes = 1000
        // The least that S3 takes for a part but the last.
        small.partBytes = 5 << 20
        let bytes = (0..<(11 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 13) }
        try await put(bytes, as: "7/ab/large.original", with: small)
        let piece = try #require(try await small.read("7/ab/large.original", (5 << 20) - 5..<(5 << 20) + 5))
        #expect(piece.byteCount == bytes.count)
        #expect(piece.bytes == Array(bytes[(5 << 20) - 5..<(5 << 20) + 5]))
        #expect(try await small.abandonUploads("7/", before: .distantFuture) == 0)
    }

    @Test func `a list has every name below a beginning, page after page`() async throws {
        for number in 0..<5 { try await put([UInt8(number)], as: "7/ab/\(number).original") }
        try await put([9], as: "8/ab/9.original")
        #expect(try await bucket.list("7/").map(\.name).sorted() == (0..<5).map { "7/ab/\($0).original" })
        #expect(try await bucket.list("").count == 6)
        let youngest = try #require(try await bucket.list("8/").first).changedAt
        #expect(abs(youngest.timeIntervalSinceNow) < 600)
        #expect(try await bucket.renew("8/ab/9.original"))
        #expect(try await bucket.read("8/ab/9.original", 0..<9)?.bytes == [9])
        #expect(try await !bucket.renew("8/ab/none.original"))
    }

    @Test func `a wrong key, secret or bucket is told as such`() async throws {
        let secret = try Self.bucket(secret: "wrong")
        await #expect(throws: S3Fault.keyRefused(code: "SignatureDoesNotMatch")) {
            try await put([1], as: "a", with: secret)
        }
        let access = try Self.bucket(access: "AKIANOBODYKNOWSTHIS1")
        await #expect(throws: S3Fault.keyRefused(code: "InvalidAccessKeyId")) {
            try await put([1], as: "a", with: access)
        }
        let nowhere = try Self.bucket(name: "nowhere")
        await #expect(throws: S3Fault.noBucket("nowhere")) { try await put([1], as: "a", with: nowhere) }
        await #expect(throws: S3Fault.noBucket("nowhere")) { try await nowhere.list("") }
        await #expect(throws: S3Fault.noBucket("nowhere")) { try await nowhere.read("a", 0..<1) }
    }
}
