import Foundation
import Kernel
import Telegram
import Testing

@testable import Bot

/// What a screen is compared with: a text file that people read in a review.
enum GoldenFile {
    /// Compares a screen in every language with the file of that name, or writes it when `UPDATE_GOLDEN=1`.
    static func expect(
        _ name: String,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ screen: (Language) -> Screen
    ) throws {
        let text = Language.allCases.map { "=== \($0.rawValue)\n\(render(screen($0)))" }.joined(separator: "\n")
        let file = folder.appending(path: "\(name).txt")
        let environment = ProcessInfo.processInfo.environment
        if environment["UPDATE_GOLDEN"] == "1" {
            guard environment["CI"] != "true" else {
                Issue.record("golden files are never rewritten by CI", sourceLocation: sourceLocation)
                return
            }
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
            return
        }
        let golden = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        #expect(text == golden, "\(name).txt differs; UPDATE_GOLDEN=1 rewrites it", sourceLocation: sourceLocation)
    }

    /// The text as it is sent, with a line for each row of buttons.
    static func render(_ screen: Screen) -> String {
        let rows = screen.buttons.map { row in
            row.map { button in
                switch button {
                case .press(let text, let press): "[\(text)](\(press.data))"
                case .open(let text, let address): "[\(text)](\(address))"
                }
            }.joined(separator: " ")
        }
        return ([screen.text.html.text, ""] + rows).joined(separator: "\n") + "\n"
    }

    private static var folder: URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(path: "Golden")
    }
}
