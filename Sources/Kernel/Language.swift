/// A language in which the product speaks to people.
public enum Language: String, Codable, Sendable, CaseIterable {
    case russian = "ru"
    case english = "en"
    case kazakh = "kk"

    /// The closest language to an IETF tag such as `ru-RU`; Russian when there is none, as most users read it.
    public init(tag: String?) {
        let prefix = tag?.split(separator: "-").first.map { $0.lowercased() } ?? ""
        self = Language(rawValue: prefix) ?? .russian
    }
}

/// A text for people in every language of the product; the compiler refuses one that lacks a language.
public struct Wording: Sendable, Hashable {
    public let russian: String
    public let english: String
    public let kazakh: String

    public init(ru russian: String, en english: String, kk kazakh: String) {
        self.russian = russian
        self.english = english
        self.kazakh = kazakh
    }

    public func callAsFunction(_ language: Language) -> String {
        switch language {
        case .russian: russian
        case .english: english
        case .kazakh: kazakh
        }
    }
}

/// A noun that follows a number, in every language.
///
/// The rules are those of Unicode CLDR for whole numbers: Russian has three forms, English two, Kazakh one after a number.
public struct Countable: Sendable {
    let russian: (one: String, few: String, many: String)
    let english: (one: String, other: String)
    let kazakh: String

    /// Forms such as `("звонок", "звонка", "звонков")`, `("call", "calls")` and `"қоңырау"`.
    public init(ru: (String, String, String), en: (String, String), kk: String) {
        russian = ru
        english = en
        kazakh = kk
    }

    /// The number with its noun, such as `3 звонка`.
    public func callAsFunction(_ count: Int, _ language: Language) -> String {
        "\(count) \(form(count, language))"
    }

    /// The noun alone in the form that the number asks for.
    public func form(_ count: Int, _ language: Language) -> String {
        switch language {
        case .russian:
            let tens = abs(count) % 100
            let ones = abs(count) % 10
            if ones == 1 && tens != 11 { return russian.one }
            return (2...4).contains(ones) && !(12...14).contains(tens) ? russian.few : russian.many
        case .english: return abs(count) == 1 ? english.one : english.other
        case .kazakh: return kazakh
        }
    }
}
