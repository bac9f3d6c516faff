/// Lists of patterns by name: how people on the telephone greet, ask, object, agree, refuse and part.
///
/// A script names a list (`@greeting`), so that a better list reaches every tenant's script.
enum Lexicon {
    /// Each line a pattern.
    static let texts: [String: String] = [
        "greeting": greeting,
        "farewell": farewell,
        "organisation": organisation,
        "company": company,
        "company_asked": companyAsked,
        "role": role,
        "own_name": ownName,
        "name_asked": nameAsked,
        "need_subject": needSubject,
        "need_question": needQuestion,
        "need_excluded": needExcluded,
        "objection": objection,
        "objection_excluded": objectionExcluded,
        "objection_answer": objectionAnswer,
        "objection_dismissal": objectionDismissal,
        "weekday": weekday,
        "when": when,
        "step_order": stepOrder,
        "step_information": stepInformation,
        "information": information,
        "step_call_back": stepCallBack,
        "step_time": stepTime,
        "step_excluded": stepExcluded,
        "acceptance": acceptance,
        "not_accepting": notAccepting,
        "commitment": commitment,
        "commitment_weak": commitmentWeak,
        "commitment_excluded": commitmentExcluded,
        "refusal": refusal,
        "refusal_weak": refusalWeak,
        "refusal_excluded": refusalExcluded,
        "call_back_request": callBackRequest,
        "call_back_service": callBackService,
        "complaint": complaint,
        "wrong_number": wrongNumber,
        "rude": rude,
        "rude_insult": rudeInsult,
        "rude_excluded": rudeExcluded,
    ]

    static let names = Set(texts.keys)

    static func patterns(named name: String) -> [PhrasePattern] { compiled[name] ?? [] }

    /// Lists in which a misheard word would accuse somebody.
    private static let strict: Set<String> = ["rude", "rude_insult"]

    private static let compiled = Dictionary(
        uniqueKeysWithValues: texts.map { name, text in
            (name, text.split(separator: "\n").map { read(String($0), isStrict: strict.contains(name)) })
        }
    )

    private static func read(_ line: String, isStrict: Bool) -> PhrasePattern {
        do {
            return try PhrasePattern(line, isStrict: isStrict)
        } catch {
            preconditionFailure("built-in list: \(error)")
        }
    }
}
