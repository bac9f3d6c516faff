import Accounts
import Foundation
import Kernel

/// The link into the panel.
enum PanelScreens {
    static func link(_ address: String, _ language: Language) -> Screen {
        var text = RichText(PanelTexts.link(Int(SignIn.linkLifetime) / 60)(language))
        text.line()
        // Telegram takes no button to an address such as localhost, so the link stands in the text as well.
        text.append(address)
        guard isPublic(address) else { return Screen(text) }
        return Screen(text, buttons: [[.open(PanelTexts.open(language), address: address)]])
    }

    static func address(_ publicURL: String, _ token: Token, path: String?) -> String {
        let base = publicURL.hasSuffix("/") ? String(publicURL.dropLast()) : publicURL
        return "\(base)/sign-in/\(token.text)" + (path.map { "?to=\($0)" } ?? "")
    }

    private static func isPublic(_ address: String) -> Bool {
        URLComponents(string: address)?.host?.contains(".") ?? false
    }
}
