import Kernel

/// The words around the link into the panel.
enum PanelTexts {
    static func link(_ minutes: Int) -> Wording {
        Wording(
            ru: "Ссылка для входа в панель. Она одноразовая и действует \(minutes) минут, никому её не пересылайте.",
            en: "The link to sign in to the panel. It works once within \(minutes) minutes, do not pass it on.",
            kk: "Панельге кіру сілтемесі. Ол бір реттік, \(minutes) минут жарамды, ешкімге жібермеңіз."
        )
    }

    static let open = Wording(ru: "Открыть панель", en: "Open the panel", kk: "Панельді ашу")
}
