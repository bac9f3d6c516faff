import Kernel
import Testing

@testable import Calls

struct ClipTests {
    @Test
    func `a clip has a second before and after`() {
        let clip = Clip(call: CallID(1), start: 10, end: 12.5)
        #expect(clip.padded(duration: 60) == (9, 13.5))
    }

    @Test
    func `a clip stays within the recording`() {
        #expect(Clip(call: CallID(1), start: 0.2, end: 1).padded(duration: 60) == (0, 2))
        #expect(Clip(call: CallID(1), start: 58, end: 59.8).padded(duration: 60) == (57, 60))
    }

    @Test
    func `a clip of nothing still has something to hear`() {
        let (start, end) = Clip(call: CallID(1), start: 60, end: 60).padded(duration: 60)
        #expect(start == 59)
        #expect(end == 60)
        let turned = Clip(call: CallID(1), start: 20, end: 5).padded(duration: 60)
        #expect(turned.end > turned.start)
    }
}
