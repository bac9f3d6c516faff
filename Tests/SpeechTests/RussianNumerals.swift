/// Digits as the words a person says, in the nominative.
///
/// The truth of the fixtures spells numbers out while Whisper writes digits: both say the same. Only whole numbers are
/// spelled, and in one case and gender, so "двадцати" against "20" still counts as an error.
enum RussianNumerals {
    static func words(_ number: Int) -> [String] {
        guard number > 0 else { return ["ноль"] }
        var rest = number
        var parts: [String] = []
        for (size, forms, isFeminine) in scales where rest >= size {
            let count = rest / size
            rest %= size
            parts += belowThousand(count, isFeminine: isFeminine) + [form(count, forms)]
        }
        return parts + belowThousand(rest, isFeminine: false)
    }

    private static let scales: [(Int, (String, String, String), Bool)] = [
        (1_000_000_000, ("миллиард", "миллиарда", "миллиардов"), false),
        (1_000_000, ("миллион", "миллиона", "миллионов"), false),
        (1000, ("тысяча", "тысячи", "тысяч"), true),
    ]

    private static let hundreds = [
        "", "сто", "двести", "триста", "четыреста", "пятьсот", "шестьсот", "семьсот", "восемьсот", "девятьсот",
    ]
    private static let tens = [
        "", "", "двадцать", "тридцать", "сорок", "пятьдесят", "шестьдесят", "семьдесят", "восемьдесят", "девяносто",
    ]
    private static let ones = [
        "", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять", "десять", "одиннадцать",
        "двенадцать", "тринадцать", "четырнадцать", "пятнадцать", "шестнадцать", "семнадцать", "восемнадцать",
        "девятнадцать",
    ]

    private static func belowThousand(_ number: Int, isFeminine: Bool) -> [String] {
        let rest = number % 100
        let last = rest < 20 ? rest : rest % 10
        let one = isFeminine && last == 1 ? "одна" : isFeminine && last == 2 ? "две" : ones[last]
        return [hundreds[number / 100 % 10], rest < 20 ? "" : tens[rest / 10], one].filter { !$0.isEmpty }
    }

    private static func form(_ count: Int, _ forms: (String, String, String)) -> String {
        let last = count % 10
        if count % 100 / 10 == 1 || last == 0 || last > 4 { return forms.2 }
        return last == 1 ? forms.0 : forms.1
    }
}
