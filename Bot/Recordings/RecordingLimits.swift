/// What Telegram allows for files.
enum RecordingLimits {
    /// Exactly 20 MiB, the most that `getFile` serves from the cloud.
    static let downloadMegabytes = 20
    static let downloadBytes = downloadMegabytes * 1_048_576
}
