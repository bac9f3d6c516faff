/// What a question is about, without the words that only make it a question.
package enum QuestionWording {
    /// The question as a statement, to be compared by meaning.
    ///
    /// A passage that asks something itself is nearer to any question than one that answers it.
    static func subject(of question: String) -> String {
        let words = SpokenWord.normalParts(question)
        let kept = words.filter { !interrogatives.contains($0) }
        return (kept.isEmpty ? words : kept).joined(separator: " ")
    }

    /// The words that an answer may hold: also without "просил", "говорил", "клиент" and others true of any call.
    package static func telling(of question: String) -> String {
        let words = SpokenWord.normalParts(question).filter { word in
            !interrogatives.contains(word) && !commonplaces.contains { word.hasPrefix($0) } && !formal.contains(word)
        }
        return words.isEmpty ? subject(of: question) : words.joined(separator: " ")
    }

    private static let interrogatives = Set(
        """
        кто кого кому кем чего чему чем что где куда откуда когда ли был была были было нибудь то либо какой какая какие каких каком
        сколько почему зачем как у с
        """.split { $0.isWhitespace }.map(String.init)
    )

    private static let formal: Set<String> = [
        "это", "эти", "тот", "раз", "звонки", "звонках", "звонков", "звонке", "звонок",
    ]

    private static let commonplaces = """
        проси прося попрос спрашив спроси спросил говори говоря сказа интересова интересу расска рассказыв хотел хочет хотят захот
        хочу клиент покупател оператор сотрудник менеджер обсужда обсуд разговор упомина упомян предлага предлож
        """.split { $0.isWhitespace }.map(String.init)
}

/// Words that people who ask and people who speak use for the same thing.
///
/// The stemmer does not join "грубость", "нахамил" and "не кричите", and embeddings of short turns are weak.
package enum Thesaurus {
    /// What a related word counts beside the word that was asked for.
    static let weight = 0.8

    /// Whether a word in a question brings others with it.
    package static func knows(_ word: String) -> Bool { !related(to: RussianStem.of(word)).isEmpty }

    /// Stems of words that speak of the same thing as a stem.
    static func related(to stem: String) -> Set<String> {
        topics.reduce(into: []) { found, topic in
            if topic.asked.contains(stem) { found.formUnion(topic.said.subtracting([stem])) }
        }
    }

    private static let topics: [(asked: Set<String>, said: Set<String>)] = """
        грубость грубый грубил нагрубил хамство хамил нахамил оскорбил оскорбление обозвал невежливо бестактно = \
        хам хамите грубите нагрубил кричите орете глухая идиот плевать отстаньте хватит тупой
        дорого дорогой цена стоимость ценник переплата = дорого дорогой дороговато дешевле
        жалоба жаловался пожаловаться претензия недоволен недовольный = жалоба жаловаться претензия роспотребнадзор безобразие возмутительно
        мошенничество мошенник обман обманывают развод = развод мошенники обман лохотрон
        наплевать плевать безразлично равнодушие = плевать наплевать волнует безразлично
        кредит долг задолженность заем займ просрочка = кредит долг платеж просрочен задолженность платить
        начальник руководитель директор управляющий = начальник руководитель директор управляющий
        опоздание опоздал опаздывает задержка = опаздывает опоздал задержка обещали ждать
        автомобиль машина авто = машина автомобиль
        мало маловато = мало маловато
        возврат вернуть возвращать = вернуть верните возврат
        конкурент конкуренты = конкурент дешевле
        перезвонить перезвон созвониться = перезвоните наберите перезвонить созвонимся
        скидка уступить торг = скидка акция бонус
        заплатить оплатить оплата платить платеж = оплатить оплата заплачу платить внесу внести
        сломался поломка неисправность неисправен брак бракованный = сломался сломалась бракованный течет дефект
        """.split(separator: "\n").map { line in
            let sides = line.split(separator: "=").map { side in
                Set(side.split { $0.isWhitespace }.map { RussianStem.of(String($0)) })
            }
            return (asked: sides.first ?? [], said: sides.last ?? [])
        }
}
