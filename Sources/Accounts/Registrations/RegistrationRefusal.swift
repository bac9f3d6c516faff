public import Foundation
public import Kernel

/// Why a company cannot be registered as asked.
public enum RegistrationRefusal: Refusal, Equatable {
    case nameTooShort
    case nameTooLong(limit: Int)
    case nameUnreadable
    case unknownZone(String)

    public func sentence(in language: Language) -> String { wording(language) }

    private var wording: Wording {
        switch self {
        case .nameTooShort:
            Wording(
                ru: "Название слишком короткое. Напишите хотя бы две буквы.",
                en: "The name is too short. Write at least two letters.",
                kk: "Атауы тым қысқа. Кемінде екі әріп жазыңыз."
            )
        case .nameTooLong(let limit):
            Wording(
                ru: "Название слишком длинное. Уместите его в \(limit) знаков.",
                en: "The name is too long. Keep it within \(limit) characters.",
                kk: "Атауы тым ұзын. Оны \(limit) таңбаға сыйғызыңыз."
            )
        case .nameUnreadable:
            Wording(
                ru: "В названии есть невидимые знаки. Напишите его обычными буквами в одну строку.",
                en: "The name has invisible characters. Write it in plain letters on one line.",
                kk: "Атауында көрінбейтін таңбалар бар. Оны кәдімгі әріптермен бір жолға жазыңыз."
            )
        case .unknownZone(let text):
            Wording(
                ru: "Не знаю часового пояса «\(text)». Назовите крупный город рядом или пояс вида Asia/Almaty.",
                en: "I do not know the time zone “\(text)”. Name a large city nearby or a zone such as Asia/Almaty.",
                kk:
                    "«\(text)» уақыт белдеуін білмеймін. Жақын ірі қаланы немесе Asia/Almaty түріндегі белдеуді жазыңыз."
            )
        }
    }

    /// A zone by its IANA name, such as `Asia/Almaty`.
    public static func zone(named name: String) throws(RegistrationRefusal) -> TimeZone {
        // TimeZone also takes abbreviations such as "MSK", which say nothing of summer time: only whole names pass.
        guard name == "UTC" || name.contains("/"), let zone = TimeZone(identifier: name) else {
            throw .unknownZone(String(name.prefix(60)))
        }
        return zone
    }
}

/// A company's name as it is shown everywhere: trimmed, 2 to 100 characters, on one line.
public struct CompanyName: Sendable, Hashable {
    public let text: String

    static let limit = 100

    public init(_ written: String) throws(RegistrationRefusal) {
        let trimmed = written.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !trimmed.unicodeScalars.contains(where: Self.isInvisible) else { throw .nameUnreadable }
        // PostgreSQL counts code points, so the rule does as well.
        guard trimmed.unicodeScalars.count >= 2 else { throw .nameTooShort }
        guard trimmed.unicodeScalars.count <= Self.limit else { throw .nameTooLong(limit: Self.limit) }
        text = trimmed
    }

    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
        // The joiners of emoji and of some scripts are harmless; marks that turn the direction of a text are not.
        case .format: scalar.value != 0x200C && scalar.value != 0x200D
        default: false
        }
    }
}
