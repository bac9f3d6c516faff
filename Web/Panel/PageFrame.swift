import Foundation
import Kernel

/// Where a page finds its files; the addresses change with the content.
struct AssetLinks: Sendable {
    let style: Link
    let script: Link
    let icon: Link
}

/// The whole document around a page's content.
struct PageFrame {
    var title: String
    var language: Language
    var assets: AssetLinks
    /// Nil where nobody is signed in: then there is no menu.
    var visitor: Visitor?
    /// Where the page listens for its changes.
    var live: Link?
    /// A class for the content that sets its width.
    var layout: StaticString = "page"

    func html(_ content: HTML) -> HTML {
        let name = PanelTexts.product(language)
        return """
            <!doctype html>
            <html lang="\(language.rawValue)">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(title.isEmpty ? name : "\(title) · \(name)")</title>
            <link rel="icon" type="image/svg+xml"\(.href(assets.icon))>
            <link rel="stylesheet"\(.href(assets.style))>
            <script type="module"\(.src(assets.script))></script>
            </head>
            <body\(.named("data-live", live?.text))>
            <a class="skip" href="#content">\(PanelTexts.skipToContent(language))</a>
            \(visitor.map(header))
            <main id="content"\(.named("class", layout.description))>
            \(visitor == nil ? "<p class=\"brand\">\(Self.bell)\(name)</p>\n" as HTML : nil)\(content)
            </main>
            <p id="connection" class="connection" role="status" hidden>\(PanelTexts.connectionLost(language))</p>
            </body>
            </html>

            """
    }

    private func header(_ visitor: Visitor) -> HTML {
        """
        <header class="bar">
        <a class="brand" href="/calls">\(Self.bell)\(PanelTexts.product(language))</a>
        <nav class="menu"><a href="/calls">\(PanelTexts.calls(language))</a></nav>
        <p class="who"><span class="company">\(visitor.company)</span> <span class="person">\(visitor.person)</span></p>
        <form method="post" action="/sign-out">\(formToken(visitor.formToken))
        <button class="quiet">\(PanelTexts.signOut(language))</button></form>
        </header>
        """
    }

    private static let bell: HTML = """
        <svg class="bell" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">\
        <path d="M8 1.5c2.8 0 4.4 2 4.4 4.7 0 3 .8 4.2 1.7 5.2H1.9c.9-1 1.7-2.2 1.7-5.2C3.6 3.5 5.2 1.5 8 1.5Z"/>\
        <circle cx="8" cy="13.4" r="1.6"/></svg>
        """
}

/// The hidden field that shows that a form was made by us for this session.
func formToken(_ token: String) -> HTML {
    "<input type=\"hidden\" name=\"form_token\"\(.value(token))>"
}
