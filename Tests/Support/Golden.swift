import Foundation

/// A text differs from the file that was looked at and found good.
public struct GoldenMismatch: Error, CustomStringConvertible {
    public let description: String
}

/// Compares a text with the file `Golden/<name>` of the test's target.
///
/// `UPDATE_GOLDEN=1` writes the file instead, which a build server must never do: there it would pass whatever comes.
public func expectGolden(_ text: String, _ name: String, testFile: String = #filePath) throws {
    let file = try goldenFolder(of: testFile).appending(path: name)
    let environment = ProcessInfo.processInfo.environment
    if environment["UPDATE_GOLDEN"] == "1" {
        guard environment["CI"] != "true" else {
            throw GoldenMismatch(description: "golden files are not rewritten by CI")
        }
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
        return
    }
    guard let data = FileManager.default.contents(atPath: file.path) else {
        throw GoldenMismatch(description: "there is no golden file \(name); UPDATE_GOLDEN=1 writes it")
    }
    let expected = String(decoding: data, as: UTF8.self)
    guard expected != text else { return }
    let (old, new) = (lines(expected), lines(text))
    let line = zip(old, new).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(old.count, new.count)
    throw GoldenMismatch(
        description: """
            \(name) differs from its golden file at line \(line + 1); UPDATE_GOLDEN=1 rewrites it
            - \(line < old.count ? old[line] : "(the end)")
            + \(line < new.count ? new[line] : "(the end)")
            """
    )
}

/// The folder `Golden` of the target below `Tests/` that a file belongs to.
private func goldenFolder(of testFile: String) throws -> URL {
    var folder = URL(filePath: testFile).deletingLastPathComponent()
    while folder.deletingLastPathComponent().lastPathComponent != "Tests" {
        guard folder.pathComponents.count > 1 else {
            throw GoldenMismatch(description: "\(testFile) is not below Tests")
        }
        folder.deleteLastPathComponent()
    }
    return folder.appending(path: "Golden")
}

private func lines(_ text: String) -> [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
