import Kernel

/// A page that says one thing: not found, refused, broken, or how to sign in.
struct MessagePage {
    var title: Wording
    var text: String?
    /// A number to report, shown so that it can be read out.
    var incident: Incident?
    var leadsToCalls = true

    func html(language: Language, assets: AssetLinks, visitor: Visitor?) -> HTML {
        let frame = PageFrame(
            title: title(language),
            language: language,
            assets: assets,
            visitor: visitor,
            layout: "message"
        )
        let way: HTML = "<p><a class=\"button\" href=\"/calls\">\(ErrorTexts.toCalls(language))</a></p>"
        return frame.html(
            """
            <h1>\(title(language))</h1>
            \(text.map { paragraph($0) })
            \(incident.map { number($0) })
            \(leadsToCalls && visitor != nil ? way : nil)
            """
        )
    }

    private func paragraph(_ text: String) -> HTML { "<p>\(text)</p>" }

    private func number(_ incident: Incident) -> HTML { "<p class=\"incident\">\(incident.number)</p>" }
}
