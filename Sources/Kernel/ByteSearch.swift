import Foundation

extension String {
    /// Where a text stands first, counted in bytes; a search over characters takes tens of times as long.
    ///
    /// It compares bytes: other spellings of the same characters are not found.
    package func byteOffset(of sought: StaticString) -> Int? {
        var text = self
        return text.withUTF8 { text -> Int? in
            guard let base = UnsafeRawPointer(text.baseAddress), sought.utf8CodeUnitCount > 0 else { return nil }
            let count = sought.utf8CodeUnitCount
            var start = 0
            while start + count <= text.count {
                let room = text.count - count + 1 - start
                guard let found = memchr(base + start, CInt(sought.utf8Start.pointee), room) else { return nil }
                if memcmp(found, sought.utf8Start, count) == 0 { return base.distance(to: found) }
                start = base.distance(to: found) + 1
            }
            return nil
        }
    }
}
