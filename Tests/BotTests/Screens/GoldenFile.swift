import Kernel
import Support
import Telegram

@testable import Bot

/// What a screen is compared with: a text file that people read in a review.
enum GoldenFile {
    /// Compares a screen in every language with the file of that name, or writes it when `UPDATE_GOLDEN=1`.
    static func expect(_ name: String, _ screen: (Language) -> Screen) throws {
        let text = Language.allCases.map { "=== \($0.rawValue)\n\(render(screen($0)))" }.joined(separator: "\n")
        try expectGolden(text, "\(name).txt")
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
}
