import Testing

@testable import Audio

struct WindowCutterTests {
    /// Loudness with a number a second: speech is 1000, line noise 20, silence 0.
    private func cutter(_ parts: [(seconds: Int, loudness: Float)]) -> WindowCutter {
        WindowCutter(
            loudness: parts.flatMap { Array(repeating: $0.loudness, count: $0.seconds * 10) },
            frameSeconds: 0.1
        )
    }

    @Test func `what is not longer than five minutes is one window`() {
        #expect(cutter([(300, 1000)]).windows() == [AudioWindow(start: 0, end: 300)])
    }

    @Test func `nothing has no windows`() {
        #expect(cutter([]).windows().isEmpty)
        #expect(cutter([(400, 0)]).windows().isEmpty)
    }

    @Test func `speech without a pause is cut at five minutes`() {
        let ends = cutter([(720, 1000)]).windows().map(\.end)
        #expect(ends == [300, 600, 720])
    }

    @Test func `the longest pause between two and five minutes is taken`() {
        let windows = cutter([(60, 1000), (30, 0), (50, 1000), (1, 0), (60, 1000), (4, 0), (145, 1000)]).windows()
        // The long one at 1:00 is too early; of those at 2:20 and 3:21 the second is longer.
        #expect(windows == [AudioWindow(start: 0, end: 203), AudioWindow(start: 203, end: 350)])
    }

    @Test func `a pause on a noisy line is a pause`() {
        let windows = cutter([(200, 1000), (2, 20), (150, 1000), (60, 20)]).windows()
        #expect(windows.first?.end == 201)
    }

    @Test func `a pause shorter than a stop consonant allows is none`() {
        let words = WindowCutter(
            loudness: Array(repeating: 1000, count: 1900) + Array(repeating: 0, count: 2)
                + Array(repeating: 1000, count: 2000),
            frameSeconds: 0.1
        )
        #expect(words.windows().first?.end == 300)
    }

    @Test func `a window of digital silence is left out`() {
        let windows = cutter([(200, 1000), (400, 0), (100, 1000)]).windows()
        #expect(windows.count < 4)
        #expect(windows.first?.start == 0)
        #expect(windows.last?.end == 700)
        #expect(!windows.contains { $0.start >= 200 && $0.end <= 600 })
    }

    @Test(arguments: [1, 7, 23])
    func `windows touch, none is longer than five minutes, and only the last is shorter than two`(seed: Int) {
        var state = UInt64(seed)
        let loudness = (0..<30_000).map { _ -> Float in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 60 == 0 ? 15 : 1000
        }
        let windows = WindowCutter(loudness: loudness, frameSeconds: 0.1).windows()
        #expect(windows.first?.start == 0)
        #expect(windows.last?.end == 3000)
        for (one, next) in zip(windows, windows.dropFirst()) {
            #expect(one.end == next.start)
            #expect((120...300.01).contains(one.end - one.start))
        }
    }
}
