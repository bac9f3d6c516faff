import Foundation

/// Work that waits for the disk, away from the threads that tasks share.
enum Disk {
    private static let queue = DispatchQueue(label: "disk", attributes: .concurrent)

    static func run<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try body() }) }
        }
    }
}

/// An open file that closes itself.
struct OpenFile: ~Copyable {
    let descriptor: Int32

    init(reading path: String) throws(AudioFault) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(errno: errno) }
    }

    /// Makes a file that must not exist yet, readable by us alone.
    init(creating path: String) throws(AudioFault) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .unreadable(errno: errno) }
    }

    deinit { close(descriptor) }

    var byteCount: Int {
        get throws(AudioFault) {
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { throw .unreadable(errno: errno) }
            guard status.st_mode & S_IFMT == S_IFREG else { throw .unreadable(errno: EINVAL) }
            return Int(status.st_size)
        }
    }

    /// Bytes at a place; fewer only where the file ends.
    func read(_ count: Int, at offset: Int) throws(AudioFault) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = bytes.withUnsafeMutableBytes { buffer in
                pread(descriptor, buffer.baseAddress?.advanced(by: filled), count - filled, off_t(offset + filled))
            }
            if got == 0 { break }
            if got > 0 { filled += got } else if errno != EINTR { throw .unreadable(errno: errno) }
        }
        bytes.removeLast(count - filled)
        return bytes
    }

    func write(_ bytes: [UInt8]) throws(AudioFault) {
        var written = 0
        while written < bytes.count {
            let put = bytes.withUnsafeBytes { buffer in
                Foundation.write(descriptor, buffer.baseAddress?.advanced(by: written), bytes.count - written)
            }
            if put >= 0 { written += put } else if errno != EINTR { throw .unreadable(errno: errno) }
        }
    }

    func synchronize() throws(AudioFault) {
        guard fsync(descriptor) == 0 else { throw .unreadable(errno: errno) }
    }
}
