-- A question is what a person asked about the calls, and the answer they were given: the log behind every claim.
CREATE TABLE questions (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id  bigint      NOT NULL,
    text        text        NOT NULL,
    language    text        NOT NULL,
    -- Whom to report to, as in calls.
    origin      jsonb       NOT NULL,
    asked_at    timestamptz NOT NULL,
    answer      jsonb,
    answered_at timestamptz,
    CONSTRAINT questions_text_not_blank CHECK (btrim(text) <> ''),
    CONSTRAINT questions_answer_dated   CHECK ((answer IS NULL) = (answered_at IS NULL))
);
