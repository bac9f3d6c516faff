import Calls
import Foundation
import Kernel

/// The answer to a question, each claim with the place where it can be heard.
enum AnswerScreens {
    static func slot(message: Int64) -> String { "question:\(message)" }

    static func searching(_ language: Language) -> Screen { Screen(QuestionTexts.searching(language)) }

    /// `clips` holds a token for each citation, in their order.
    static func answer(
        to question: String,
        _ answer: Answer,
        clips: [Token],
        zone: TimeZone,
        _ language: Language
    ) -> Screen {
        guard !answer.isNothingFound else { return nothingFound(question, answer.coverage, language) }
        let buttons = zip(answer.citations, clips).enumerated().map { number, pair in
            Button.press("▶ \(number + 1) · \(playerTime(pair.0.quote.start))", .clip(pair.1))
        }
        let rows = stride(from: 0, to: buttons.count, by: 3).map { Array(buttons[$0..<min($0 + 3, buttons.count)]) }
        for quoteLength in [400, 200, 100] {
            let text = text(question, answer, quoteLength: quoteLength, zone: zone, language)
            if text.length <= RichText.limit { return Screen(text, buttons: rows) }
        }
        return Screen(text(question, answer, quoteLength: 30, zone: zone, language), buttons: rows)
    }

    private static func nothingFound(_ question: String, _ coverage: SearchCoverage, _ language: Language) -> Screen {
        var text = RichText()
        text.bold(question)
        text.paragraph()
        text.append(QuestionTexts.nothingFound(language))
        text.line()
        text.append(QuestionTexts.whatToTry(language))
        note(coverage, into: &text, language)
        return Screen(text)
    }

    private static func text(
        _ question: String,
        _ answer: Answer,
        quoteLength: Int,
        zone: TimeZone,
        _ language: Language
    ) -> RichText {
        var text = RichText()
        text.bold(question)
        text.paragraph()
        switch answer.maker {
        case .search: text.append(QuestionTexts.passages(language))
        case .languageModel:
            text.append(QuestionTexts.byModel(language))
            for sentence in answer.sentences {
                text.line()
                let numbers = sentence.citations.map { "[\($0 + 1)]" }.joined()
                text.append("\(shortened(sentence.text, to: quoteLength * 2)) \(numbers)")
            }
        }
        for (number, citation) in answer.citations.enumerated() {
            text.paragraph()
            text.append("\(number + 1). ")
            text.italic("«\(shortened(citation.quote.text, to: quoteLength))»")
            text.line()
            let moment = DateTexts.moment(citation.happenedAt, in: zone, language)
            text.append(QuestionTexts.place(citation, moment)(language))
        }
        note(answer.coverage, into: &text, language)
        return text
    }

    /// Says what the search could not look at; nothing when it looked at everything.
    private static func note(_ coverage: SearchCoverage, into text: inout RichText, _ language: Language) {
        let newest = [coverage.wordsInNewest, coverage.meaningInNewest].compactMap { $0 }.min()
        guard !coverage.isByMeaning || newest != nil else { return }
        text.paragraph()
        if !coverage.isByMeaning { text.append(QuestionTexts.wordsOnly(language)) }
        guard let newest else { return }
        if !coverage.isByMeaning { text.line() }
        text.append(QuestionTexts.newestOnly(newest)(language))
    }
}
