import S3

/// Whether the bucket of recordings answers.
///
/// It is asked at most once a minute, since a request may cost money, and for five seconds, since a scrape waits.
actor StorageProbe {
    private let bucket: Bucket
    private var last: (moment: ContinuousClock.Instant, isUp: Bool)?

    init(_ bucket: Bucket) { self.bucket = bucket }

    func isUp() async -> Bool {
        if let last, .now - last.moment < .seconds(60) { return last.isUp }
        let isUp = await ask()
        last = (.now, isUp)
        return isUp
    }

    /// Lists what only the doctor writes: a bucket that is missing or closed refuses that too.
    private func ask() async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask { [bucket] in
                do {
                    _ = try await bucket.list("doctor/")
                    return true
                } catch {
                    return false
                }
            }
            group.addTask {
                do { try await Task.sleep(for: .seconds(5)) } catch { return false }
                return false
            }
            let isUp = await group.next() ?? false
            group.cancelAll()
            return isUp
        }
    }
}
