import Accounts
import Support
import Testing

@testable import Kernel
@testable import Web

struct SignInPageTests {
    @Test(arguments: Language.allCases)
    func `the question whether to sign in`(language: Language) throws {
        let model = SignInPage.Model(
            person: "Анна <Ковалёва>",
            company: "Север & Металл",
            action: Link(path: "/sign-in/\("AAAAAAAAAAAAAAAAAAAAAA")"),
            destination: Link(path: "/calls/12"),
            formToken: "form-token"
        )
        let page = SignInPage(model: model, language: language).html(assets: Samples.assets)
        try expectGolden(page.string, "sign-in-\(language.rawValue).html")
    }

    @Test(arguments: Language.allCases)
    func `pages that say no`(language: Language) throws {
        let dead = MessagePage(title: SignInTexts.deadTitle, text: SignInRefusal.expired.sentence(in: language))
        let fault = MessagePage(
            title: ErrorTexts.faultTitle,
            text: ErrorTexts.faultBody(language),
            incident: Incident(number: "7KQ2XPM9")
        )
        let visitor = try Samples.visitor(language)
        try expectGolden(
            dead.html(language: language, assets: Samples.assets, visitor: nil).string,
            "sign-in-dead-\(language.rawValue).html"
        )
        try expectGolden(
            fault.html(language: language, assets: Samples.assets, visitor: visitor).string,
            "fault-\(language.rawValue).html"
        )
    }
}
