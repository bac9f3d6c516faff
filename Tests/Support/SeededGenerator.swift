import Foundation

/// Random numbers that come again with the same seed, so that a failing case can be run alone (SplitMix64).
public struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    /// Where a property test begins: another seed in each run, or that of a failed one, named in `ZVONAR_TEST_SEED`.
    ///
    /// Who takes it says it in each expectation, so that a failure can be repeated.
    public static let firstSeed: UInt64 =
        ProcessInfo.processInfo.environment["ZVONAR_TEST_SEED"].flatMap(UInt64.init) ?? .random(in: 0..<1_000_000_000)

    public init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
