import Calls
import Kernel

/// One day's calls as one message.
enum DigestScreens {
    /// The tokens lead to the best and the worst call; nil where there is none.
    static func digest(_ summary: DigestSummary, best: Token?, worst: Token?, _ language: Language) -> Screen {
        let day = DateTexts.day(summary.day, language)
        var text = RichText()
        text.bold((summary.isSoFar ? DigestTexts.soFar(day) : DigestTexts.about(day))(language))
        text.paragraph()
        guard summary.calls + summary.unfinished + summary.failed > 0 else {
            text.append(DigestTexts.noCalls(language))
            return Screen(text)
        }
        text.append(DigestTexts.calls(summary.calls)(language))
        for (count, wording) in [(summary.unfinished, DigestTexts.unfinished), (summary.failed, DigestTexts.failed)]
        where count > 0 {
            text.line()
            text.append(wording(count)(language))
        }
        if summary.calls > 0 { outcome(summary, into: &text, language) }
        var buttons: [[Button]] = []
        for (call, title, token) in [(summary.best, DigestTexts.best, best), (summary.worst, DigestTexts.worst, worst)]
        {
            guard let call else { continue }
            text.line()
            ranked(call, title(language), into: &text, language)
            if let token { buttons.append([.press("\(title(language)): \(score(call, language))", .openCall(token))]) }
        }
        return Screen(text, buttons: buttons)
    }

    private static func outcome(_ summary: DigestSummary, into text: inout RichText, _ language: Language) {
        let counts = summary.conversion
        let decided = counts.yes + counts.no
        text.line()
        if decided > 0 {
            let percent = Int((Double(counts.yes) / Double(decided) * 100).rounded())
            text.append(DigestTexts.conversion(percent: percent, yes: counts.yes, no: counts.no)(language))
            if counts.undecided > 0 { text.append(", \(DigestTexts.undecided(counts.undecided)(language))") }
        } else {
            text.append(DigestTexts.conversionUnknown(language))
        }
        guard let weakest = summary.weakestItem else { return }
        text.line()
        let title = shortened(weakest.criterion.title(language), to: 120)
        text.append(DigestTexts.weakest(title, weakest.failed, weakest.scored)(language))
    }

    private static func ranked(
        _ call: DigestSummary.RankedCall,
        _ title: String,
        into text: inout RichText,
        _ language: Language
    ) {
        let name = shortened(call.fileName ?? ResultTexts.call(call.id)(language), to: 80)
        text.append("\(title): \(name), \(score(call, language))")
    }

    private static func score(_ call: DigestSummary.RankedCall, _ language: Language) -> String {
        DigestTexts.score(call.score.passed, call.score.scored)(language)
    }
}
