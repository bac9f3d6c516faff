extension Script {
    /// The checklist of eight that a new company begins with.
    public static let standard = Script(
        name: .own(ru: "Телефонный разговор", en: "Telephone call", kk: "Телефон әңгімесі"),
        criteria: [
            greeting, introducedCompany, introducedName, needsClarified, objectionHandled, nextStepAgreed, polite,
            farewell,
        ]
    )

    private static let greeting = Criterion(
        code: "greeting",
        title: .own(ru: "Приветствие", en: "Greeting", kk: "Сәлемдесу"),
        check: .said(PhraseRule(speaker: .operator, part: .first(turns: 1), says: ["@greeting"]))
    )

    private static let introducedCompany = Criterion(
        code: "introduced_company",
        title: .own(ru: "Назвал компанию", en: "Named the company", kk: "Компанияны атады"),
        check: .said(
            PhraseRule(
                speaker: .operator,
                part: .first(turns: 2),
                says: ["@company"],
                unpromptedBy: ["@company_asked"],
                tellsSpeaker: true
            )
        )
    )

    private static let introducedName = Criterion(
        code: "introduced_name",
        title: .own(ru: "Представился по имени", en: "Gave a name", kk: "Атын айтты"),
        check: .said(
            PhraseRule(speaker: .operator, part: .first(turns: 2), says: ["@own_name"], unpromptedBy: ["@name_asked"])
        )
    )

    private static let needsClarified = Criterion(
        code: "needs_clarified",
        title: .own(ru: "Выяснил потребность", en: "Asked about the need", kk: "Қажеттілікті анықтады"),
        check: .said(
            PhraseRule(speaker: .operator, says: ["@need_question"], unless: ["@need_excluded"], tellsSpeaker: true)
        )
    )

    private static let objectionHandled = Criterion(
        code: "objection_handled",
        title: .own(ru: "Отработал возражение", en: "Handled the objection", kk: "Қарсылыққа жауап берді"),
        check: .answered(
            AnswerRule(
                occasion: PhraseRule(
                    speaker: .client,
                    says: ["@objection"],
                    unless: ["@objection_excluded"],
                    tellsSpeaker: true
                ),
                answer: PhraseRule(speaker: .operator, says: ["@objection_answer"], tellsSpeaker: true),
                dismissal: PhraseRule(speaker: .operator, says: ["@objection_dismissal", "@rude"]),
                withinTurns: 2
            )
        )
    )

    private static let nextStepAgreed = Criterion(
        code: "next_step_agreed",
        title: .own(ru: "Следующий шаг согласован", en: "Next step agreed", kk: "Келесі қадам келісілді"),
        check: .agreed(
            AgreementRule(
                step: PhraseRule(
                    says: ["@step_order", "@step_information", "@step_call_back", "@step_time"],
                    unless: ["@step_excluded"],
                    tellsSpeaker: true
                ),
                acceptance: PhraseRule(says: ["@acceptance"], tellsSpeaker: true),
                refusal: PhraseRule(says: ["@not_accepting"]),
                withdrawal: PhraseRule(speaker: .client, says: ["@refusal"], unless: ["@refusal_excluded"]),
                withinTurns: 2
            )
        )
    )

    private static let polite = Criterion(
        code: "polite",
        title: .own(ru: "Вежливость", en: "Politeness", kk: "Сыпайылық"),
        check: .never(PhraseRule(speaker: .operator, says: ["@rude"], unless: ["@rude_excluded"]))
    )

    private static let farewell = Criterion(
        code: "farewell",
        title: .own(ru: "Прощание", en: "Farewell", kk: "Қоштасу"),
        check: .said(PhraseRule(speaker: .operator, part: .last(turns: 2), says: ["@farewell"]))
    )
}
