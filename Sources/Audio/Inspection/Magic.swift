import CMagic
import Foundation
import Synchronization

/// libmagic's opinion of what a file is.
///
/// A cookie is not thread safe and takes milliseconds to load, so one is kept behind a lock.
final class Magic: Sendable {
    private struct Cookie: @unchecked Sendable {
        let pointer: magic_t
    }

    private let cookie: Mutex<Cookie>

    init() throws(AudioFault) {
        guard let pointer = magic_open(MAGIC_MIME_TYPE | MAGIC_ERROR) else {
            throw .magicUnavailable("magic_open failed")
        }
        guard magic_load(pointer, nil) == 0 else {
            let reason = magic_error(pointer).map { String(cString: $0) } ?? "magic_load failed"
            magic_close(pointer)
            throw .magicUnavailable(reason)
        }
        cookie = Mutex(Cookie(pointer: pointer))
    }

    deinit { cookie.withLock { magic_close($0.pointer) } }

    /// The MIME type of a file, by its content.
    func mime(of file: URL) throws(AudioFault) -> String {
        let found = cookie.withLock { cookie in
            magic_file(cookie.pointer, file.path).map { String(cString: $0) }
        }
        guard let found else { throw .unreadable(errno: errno) }
        return found.lowercased()
    }
}
