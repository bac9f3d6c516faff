import Kernel

/// Asks whether to sign in; looking at it changes nothing.
struct SignInPage {
    struct Model: Sendable {
        var person: String
        var company: String
        /// Where the form is sent: the link itself.
        var action: Link
        /// Where the person wanted to go.
        var destination: Link
        var formToken: String
    }

    var model: Model
    var language: Language

    func html(assets: AssetLinks) -> HTML {
        PageFrame(title: SignInTexts.title(language), language: language, assets: assets, layout: "message").html(
            """
            <h1>\(SignInTexts.heading(model.person, model.company)(language))</h1>
            <form method="post"\(.action(model.action))>\(formToken(model.formToken))\
            <input type="hidden" name="to"\(.value(model.destination.text))>
            <p><button class="button" autofocus>\(SignInTexts.button(language))</button></p></form>
            <p class="note">\(SignInTexts.note(language))</p>
            """
        )
    }
}
