public import Foundation
public import Kernel

/// How a sandbox runs.
public struct SandboxConfiguration: Sendable {
    /// The address to listen on; loopback, since the sandbox asks nobody who they are.
    public var host = "127.0.0.1"
    /// 0 lets the system choose one, which `start()` returns.
    public var port = 8_081
    /// Where the journal and the files lie; made when missing.
    public var folder: URL
    /// Whether Telegram's rate limits hold from the start.
    public var hasLimits = true
    /// Whether each change is flushed to the disk before the answer, against power cuts too and not only crashes.
    public var isFlushedToDisk = false
    /// Host names other than loopback under which requests may come, such as the name of a container.
    public var trustedHosts: Set<String> = []
    /// The files of the chat page; by default those beside the sources or the binary.
    public var publicFolder: URL?
    public var clock = WallClock.system

    public init(folder: URL) { self.folder = folder }
}
