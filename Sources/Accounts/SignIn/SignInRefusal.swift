public import Kernel

/// Why a link does not sign anybody in.
public enum SignInRefusal: Refusal, Equatable {
    /// It never existed, or was swept away long ago.
    case unknown
    case expired
    case used
    /// The person has left the company since.
    case noLongerMember

    public func sentence(in language: Language) -> String { wording(language) }

    private var wording: Wording {
        switch self {
        case .unknown:
            Wording(
                ru: "Такой ссылки нет. Попросите у бота новую командой /panel.",
                en: "There is no such link. Ask the bot for a new one with /panel.",
                kk: "Мұндай сілтеме жоқ. Боттан /panel командасымен жаңасын сұраңыз."
            )
        case .expired:
            Wording(
                ru: "Ссылка устарела: она действует 10 минут. Попросите у бота новую командой /panel.",
                en: "The link has expired: it works for 10 minutes. Ask the bot for a new one with /panel.",
                kk: "Сілтеменің мерзімі өтті: ол 10 минут жарамды. Боттан /panel командасымен жаңасын сұраңыз."
            )
        case .used:
            Wording(
                ru: "По этой ссылке уже вошли, а она одноразовая. Попросите у бота новую командой /panel.",
                en: "This link has been used, and it works once. Ask the bot for a new one with /panel.",
                kk: "Бұл сілтемемен кіріп қойған, ал ол бір реттік. Боттан /panel командасымен жаңасын сұраңыз."
            )
        case .noLongerMember:
            Wording(
                ru: "У вас больше нет доступа к этой компании.",
                en: "You no longer have access to this company.",
                kk: "Бұл компанияға енді рұқсатыңыз жоқ."
            )
        }
    }
}
