import Audio
import Foundation
import HTTP
import Kernel
import S3

extension SettingsSource {
    /// The bucket of recordings; nil where they lie in a folder.
    mutating func storage() -> S3Configuration? {
        let place = optional(
            "ZVONAR_RECORDINGS",
            expected: "s3://bucket or s3://bucket/prefix of letters, digits, dots, hyphens and underscores",
            Self.bucket
        )
        let region = value("ZVONAR_S3_REGION", default: "us-east-1", shown: "us-east-1", expected: "a region") { text in
            text.wholeMatch(of: /[a-z0-9-]+/) == nil ? nil : text
        }
        let amazon = "https://s3.\(region).amazonaws.com"
        let endpoint = value(
            "ZVONAR_S3_ENDPOINT",
            default: URL(string: amazon) ?? URL(filePath: "/"),
            shown: amazon,
            expected: "an address such as https://storage.yandexcloud.net"
        ) { text in
            // A path there would have to be signed as a part of every name.
            Settings.webAddress(text).flatMap { ["", "/"].contains($0.path()) ? $0 : nil }
        }
        let addressing = value(
            "ZVONAR_S3_ADDRESSING",
            default: S3Configuration.Addressing.path,
            shown: "path",
            expected: "path or host"
        ) { S3Configuration.Addressing(rawValue: $0) }
        let access = optional("ZVONAR_S3_ACCESS_KEY") { $0 }
        let secret = optional("ZVONAR_S3_SECRET_KEY", isSecret: true) { $0 }
        guard let place else { return nil }
        guard let access, let secret else {
            addMistake("ZVONAR_RECORDINGS names a bucket and ZVONAR_S3_ACCESS_KEY or ZVONAR_S3_SECRET_KEY is not set")
            return nil
        }
        return S3Configuration(
            bucket: place.bucket,
            prefix: place.prefix,
            endpoint: endpoint,
            region: region,
            addressing: addressing,
            accessKey: access,
            secretKey: secret
        )
    }

    private static func bucket(_ text: String) -> (bucket: String, prefix: String)? {
        guard let match = text.wholeMatch(of: /s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([A-Za-z0-9._\/-]*))?/)
        else {
            return nil
        }
        let parts = (match.2 ?? "").split(separator: "/").map(String.init)
        guard parts.allSatisfy({ $0 != "." && $0 != ".." }) else { return nil }
        return (String(match.1), parts.joined(separator: "/"))
    }
}

extension Settings {
    /// Where recordings are kept.
    func recordingStore(_ http: HTTPClient) -> RecordingStore {
        guard let storage else { return RecordingStore(folder: recordings) }
        return RecordingStore(bucket: Bucket(storage, http: http), folders: WorkFolders(parent: temporary))
    }

    /// Writes, reads, lists and removes a small object, as recordings are.
    func tryStorage(_ storage: S3Configuration, _ http: HTTPClient) async throws -> String {
        let bucket = Bucket(storage, http: http)
        let name = "doctor/\(hexadecimal(randomBytes(8)))"
        let file = temporary.appending(path: "doctor-\(hexadecimal(randomBytes(8)))")
        let bytes = Array("zvonar".utf8)
        try Data(bytes).write(to: file)
        defer { unlink(file.path) }
        let startedAt = ContinuousClock.now
        try await bucket.put(file, byteCount: bytes.count, hash: sha256(bytes), as: name)
        let read = try await bucket.read(name, 1..<3)
        let isListed = try await bucket.list("doctor/").contains { $0.name == name }
        try await bucket.delete(name)
        guard read?.bytes == Array(bytes[1..<3]), isListed else {
            throw ValidationFailure("\(storage): what was written was not read or listed as it is")
        }
        let milliseconds = Int((ContinuousClock.now - startedAt) / .milliseconds(1))
        return "\(storage) is written, read, listed and deleted in (\(milliseconds) ms for four requests)"
    }
}
