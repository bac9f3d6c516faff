import Hummingbird

/// What machines ask of the server, answered by App without a session.
public struct Probes: Sendable {
    /// An answer of plain text or JSON.
    public struct Answer: Sendable {
        public var isGood: Bool
        public var type: String
        public var text: String

        /// When not good, the status is 503.
        public init(isGood: Bool = true, type: String = "text/plain; charset=utf-8", text: String) {
            self.isGood = isGood
            self.type = type
            self.text = text
        }
    }

    private let health: @Sendable () async -> Answer
    private let ready: @Sendable () async -> Answer
    private let metrics: @Sendable () async -> Answer

    public init(
        health: @escaping @Sendable () async -> Answer,
        ready: @escaping @Sendable () async -> Answer,
        metrics: @escaping @Sendable () async -> Answer
    ) {
        self.health = health
        self.ready = ready
        self.metrics = metrics
    }

    func add(to router: Router<WebContext>) {
        for (path, probe) in [("/health", health), ("/ready", ready), ("/metrics", metrics)] {
            router.get(RouterPath(path)) { _, _ in
                let answer = await probe()
                return Response(
                    status: answer.isGood ? .ok : .serviceUnavailable,
                    headers: [.contentType: answer.type],
                    body: ResponseBody(byteBuffer: ByteBuffer(string: answer.text))
                )
            }
        }
    }
}
