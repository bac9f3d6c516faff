import Foundation
import Testing

/// Compares a text with the file that was looked at and found good.
///
/// `UPDATE_GOLDEN=1` writes the file instead, which a build server must never do: there it would pass whatever comes.
func expectGolden(
    _ text: String,
    _ name: String,
    testFile: String = #filePath,
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/\(name)")
    let environment = ProcessInfo.processInfo.environment
    if environment["UPDATE_GOLDEN"] == "1" {
        try #require(
            environment["CI"] != "true",
            "golden files are not rewritten by CI",
            sourceLocation: sourceLocation
        )
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
        return
    }
    let expected = try String(contentsOf: file, encoding: .utf8)
    guard expected != text else { return }
    let lines = zip(
        expected.split(separator: "\n", omittingEmptySubsequences: false),
        text.split(separator: "\n", omittingEmptySubsequences: false)
    )
    let difference = lines.enumerated().first { $0.element.0 != $0.element.1 }
    Issue.record(
        """
        \(name) differs from its golden file at line \((difference?.offset ?? min(expected.count, text.count)) + 1)
        - \(difference.map { String($0.element.0) } ?? "(length)")
        + \(difference.map { String($0.element.1) } ?? "(length)")
        """,
        sourceLocation: sourceLocation
    )
}
