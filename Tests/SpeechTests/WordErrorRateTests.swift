import Testing

struct WordErrorRateTests {
    @Test(
        arguments: [
            (0, "ноль"), (12, "двенадцать"), (20, "двадцать"), (101, "сто один"), (1000, "одна тысяча"),
            (2_500, "две тысячи пятьсот"), (58_000, "пятьдесят восемь тысяч"), (11_000, "одиннадцать тысяч"),
            (1_800_042, "один миллион восемьсот тысяч сорок два"),
        ]
    )
    func `numbers are spelled as people say them`(number: Int, spelled: String) {
        #expect(RussianNumerals.words(number).joined(separator: " ") == spelled)
    }

    @Test func `case, punctuation, ё and digits are forgiven, words are not`() {
        #expect(WordErrorRate.normalized("Счёт: 20 тонн!") == ["счет", "двадцать", "тонн"])
        var rate = WordErrorRate()
        rate.add(heard: "счет на двадцать тон", truth: "Счёт на 20 тонн, пожалуйста.")
        #expect(rate.errors == 2)
        #expect(rate.words == 5)
    }

    @Test func `an empty answer is all wrong`() {
        var rate = WordErrorRate()
        rate.add(heard: "", truth: "раз два три")
        #expect(rate.rate == 1)
    }
}
