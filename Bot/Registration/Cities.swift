import Foundation
import Kernel

/// Cities by which people find their time zone.
struct City: Sendable, Hashable {
    let name: Wording
    /// IANA name.
    let zone: String
}

enum Cities {
    /// One button a zone of Russia and Kazakhstan, from west to east; for who speaks Kazakh their own comes first.
    static func offered(_ language: Language) -> [City] {
        language == .kazakh ? [almaty] + russian : russian + [almaty]
    }

    /// The zone of a city that somebody wrote, or of an IANA name; nil when we do not know it.
    static func zone(named written: String) -> TimeZone? {
        let key = normalized(written)
        if let zone = zones[key] { return TimeZone(identifier: zone) }
        // Case-insensitive, since a phone's keyboard begins with a capital and goes on without.
        let identifier = identifiers[written.trimmingCharacters(in: .whitespaces).lowercased()]
        return identifier.flatMap(TimeZone.init(identifier:))
    }

    /// How a zone is called for people: its city where we offer one, else its IANA name.
    static func name(of zone: TimeZone, _ language: Language) -> String {
        offered(language).first { $0.zone == zone.identifier }?.name(language) ?? zone.identifier
    }

    private static let almaty = City(
        name: Wording(ru: "Алматы, Астана", en: "Almaty, Astana", kk: "Алматы, Астана"),
        zone: "Asia/Almaty"
    )

    private static let russian = [
        City(name: Wording(ru: "Калининград", en: "Kaliningrad", kk: "Калининград"), zone: "Europe/Kaliningrad"),
        City(name: Wording(ru: "Москва", en: "Moscow", kk: "Мәскеу"), zone: "Europe/Moscow"),
        City(name: Wording(ru: "Самара", en: "Samara", kk: "Самара"), zone: "Europe/Samara"),
        City(name: Wording(ru: "Екатеринбург", en: "Yekaterinburg", kk: "Екатеринбург"), zone: "Asia/Yekaterinburg"),
        City(name: Wording(ru: "Омск", en: "Omsk", kk: "Омбы"), zone: "Asia/Omsk"),
        City(name: Wording(ru: "Новосибирск", en: "Novosibirsk", kk: "Новосібір"), zone: "Asia/Novosibirsk"),
        City(name: Wording(ru: "Красноярск", en: "Krasnoyarsk", kk: "Красноярск"), zone: "Asia/Krasnoyarsk"),
        City(name: Wording(ru: "Иркутск", en: "Irkutsk", kk: "Иркутск"), zone: "Asia/Irkutsk"),
        City(name: Wording(ru: "Якутск", en: "Yakutsk", kk: "Якутск"), zone: "Asia/Yakutsk"),
        City(name: Wording(ru: "Владивосток", en: "Vladivostok", kk: "Владивосток"), zone: "Asia/Vladivostok"),
        City(name: Wording(ru: "Магадан", en: "Magadan", kk: "Магадан"), zone: "Asia/Magadan"),
        City(name: Wording(ru: "Камчатка", en: "Kamchatka", kk: "Камчатка"), zone: "Asia/Kamchatka"),
    ]

    private static let identifiers = Dictionary(
        TimeZone.knownTimeZoneIdentifiers.map { ($0.lowercased(), $0) },
        uniquingKeysWith: { first, _ in first }
    )

    private static let zones: [String: String] = {
        var zones: [String: String] = [:]
        for city in [almaty] + russian {
            for language in Language.allCases {
                for name in city.name(language).split(separator: ",") { zones[normalized(String(name))] = city.zone }
            }
        }
        for (zone, names) in further {
            for name in names { zones[normalized(name)] = zone }
        }
        return zones
    }()

    private static func normalized(_ written: String) -> String {
        written.lowercased()
            .replacing("ё", with: "е")
            .replacing("г.", with: "")
            .filter { $0.isLetter }
    }

    /// Cities that people write: the large ones of the countries where our languages are spoken, and their capitals.
    private static let further: [String: [String]] = [
        "Europe/Moscow": [
            "Санкт-Петербург", "Питер", "СПб", "Saint Petersburg", "St Petersburg", "Казань", "Kazan",
            "Нижний Новгород",
            "Ростов-на-Дону", "Ростов", "Краснодар", "Воронеж", "Сочи", "Тула", "Ярославль", "Рязань", "Пенза",
            "Липецк",
            "Тверь", "Брянск", "Иваново", "Белгород", "Курск", "Калуга", "Смоленск", "Архангельск", "Мурманск",
            "Чебоксары", "Набережные Челны", "Махачкала", "Ставрополь", "Киров", "Волгоград", "Севастополь",
            "Симферополь",
        ],
        "Europe/Samara": ["Тольятти", "Ижевск"],
        "Europe/Saratov": ["Саратов", "Saratov"],
        "Europe/Astrakhan": ["Астрахань"],
        "Europe/Ulyanovsk": ["Ульяновск"],
        "Asia/Yekaterinburg": [
            "Пермь", "Челябинск", "Уфа", "Тюмень", "Оренбург", "Сургут", "Магнитогорск", "Курган", "Екб",
        ],
        "Asia/Novosibirsk": ["Новосиб"],
        "Asia/Barnaul": ["Барнаул"],
        "Asia/Tomsk": ["Томск"],
        "Asia/Novokuznetsk": ["Кемерово", "Новокузнецк"],
        "Asia/Krasnoyarsk": ["Абакан", "Норильск"],
        "Asia/Irkutsk": ["Улан-Удэ", "Братск"],
        "Asia/Chita": ["Чита"],
        "Asia/Vladivostok": ["Хабаровск", "Уссурийск"],
        "Asia/Sakhalin": ["Южно-Сахалинск", "Сахалин"],
        "Asia/Kamchatka": ["Петропавловск-Камчатский"],
        "Asia/Almaty": [
            "Шымкент", "Shymkent", "Караганда", "Қарағанды", "Павлодар", "Тараз", "Усть-Каменогорск", "Өскемен",
            "Семей",
            "Нур-Султан", "Талдыкорган", "Кокшетау", "Көкшетау", "Петропавловск", "Туркестан", "Түркістан", "Алма-Ата",
        ],
        "Asia/Qostanay": ["Костанай", "Қостанай"],
        "Asia/Aqtobe": ["Актобе", "Ақтөбе", "Aktobe"],
        "Asia/Aqtau": ["Актау", "Ақтау", "Aktau"],
        "Asia/Atyrau": ["Атырау", "Atyrau"],
        "Asia/Oral": ["Уральск", "Орал", "Uralsk"],
        "Asia/Qyzylorda": ["Кызылорда", "Қызылорда"],
        "Asia/Tashkent": ["Ташкент", "Tashkent", "Тошкент"],
        "Asia/Bishkek": ["Бишкек", "Bishkek"],
        "Asia/Dushanbe": ["Душанбе"],
        "Asia/Baku": ["Баку", "Baku"],
        "Asia/Yerevan": ["Ереван", "Yerevan"],
        "Asia/Tbilisi": ["Тбилиси", "Tbilisi"],
        "Europe/Minsk": ["Минск", "Minsk", "Гомель"],
        "Europe/Chisinau": ["Кишинёв", "Chisinau"],
        "Europe/Istanbul": ["Стамбул", "Istanbul"],
        "Asia/Dubai": ["Дубай", "Dubai"],
        "Europe/London": ["Лондон", "London"],
        "Europe/Berlin": ["Берлин", "Berlin"],
        "Europe/Belgrade": ["Белград", "Belgrade"],
    ]
}
