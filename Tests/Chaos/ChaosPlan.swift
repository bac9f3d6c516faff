/// What is killed.
enum Target: String, Sendable, CaseIterable {
    /// The server that holds the bot's lease.
    case holder
    /// A server that does jobs only.
    case worker
    /// FFmpeg or FFprobe in the middle of a recording.
    case ffmpeg
    case speech
    case postmaster
    /// One backend of PostgreSQL, upon which all others end.
    case backend
}

/// How much is done to the product, and how long at most.
struct ChaosPlan: Sendable {
    var seed: UInt64
    var kills: Int
    var chats: Int
    /// Registered before the kills begin; their owners send the recordings.
    var companies: Int
    /// People who register a company while everything around them dies.
    var newcomers: Int
    var recordingsInFlight: Int
    var recordings: Int
    var deedsPerSecond: Double
    /// Between two kills.
    var pauseSeconds: ClosedRange<Double>
    /// How long the product may take afterwards to finish what it was given.
    var settleSeconds: Double
    var servers = 2
    /// So long that every fault is met, on a machine of its own, so that times are judged too.
    var isFull = false

    static func full(seed: UInt64, kills: Int = 200) -> ChaosPlan {
        ChaosPlan(
            seed: seed,
            kills: kills,
            chats: 300,
            companies: 20,
            newcomers: 10,
            recordingsInFlight: 20,
            recordings: 200,
            deedsPerSecond: 6,
            pauseSeconds: 0.5...4,
            settleSeconds: 600,
            isFull: true
        )
    }

    static func short(seed: UInt64) -> ChaosPlan {
        ChaosPlan(
            seed: seed,
            kills: 20,
            chats: 60,
            companies: 4,
            newcomers: 2,
            recordingsInFlight: 6,
            recordings: 10,
            deedsPerSecond: 5,
            pauseSeconds: 0.3...2,
            settleSeconds: 180
        )
    }

    /// Every target in the same shares in any run, in an order that the seed gives.
    func targets() -> [Target] {
        let shares: [(Target, Double)] = [
            (.holder, 0.25), (.worker, 0.2), (.ffmpeg, 0.1), (.speech, 0.15), (.postmaster, 0.1), (.backend, 0.2),
        ]
        var targets: [Target] = []
        for (target, share) in shares {
            targets += Array(repeating: target, count: Int((share * Double(kills)).rounded()))
        }
        while targets.count < kills { targets.append(.holder) }
        var dice = Dice(seed: seed)
        return Array(targets.prefix(kills)).shuffled(using: &dice)
    }
}

/// Random numbers that a seed repeats (SplitMix64).
struct Dice: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
