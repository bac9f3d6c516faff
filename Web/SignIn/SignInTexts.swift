import Kernel

/// Texts of signing in by a link from the bot.
enum SignInTexts {
    static let title = Wording(ru: "Вход в панель", en: "Sign in to the panel", kk: "Панельге кіру")

    static func heading(_ person: String, _ company: String) -> Wording {
        Wording(
            ru: "Войти как \(person) в «\(company)»",
            en: "Sign in as \(person) to “\(company)”",
            kk: "«\(company)» компаниясына \(person) ретінде кіру"
        )
    }

    static let button = Wording(ru: "Войти", en: "Sign in", kk: "Кіру")
    static let note = Wording(
        ru: "Ссылка одноразовая. Если это не вы, просто закройте страницу: ничего не произойдёт.",
        en: "The link works once. If this is not you, close the page: nothing will happen.",
        kk: "Сілтеме бір рет қана жұмыс істейді. Бұл сіз болмасаңыз, бетті жабыңыз: ештеңе болмайды."
    )

    static let deadTitle = Wording(
        ru: "Ссылка больше не действует",
        en: "The link no longer works",
        kk: "Сілтеме енді жарамсыз"
    )
}
