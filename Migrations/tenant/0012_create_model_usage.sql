-- One row for each use of a language model: what it was for and what it cost. It outlives the call or question it served.
CREATE TABLE model_usage (
    id                bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    used_at           timestamptz NOT NULL,
    purpose           text        NOT NULL,
    call_id           bigint,
    question_id       bigint,
    model             text        NOT NULL,
    requests          integer     NOT NULL,
    prompt_tokens     bigint      NOT NULL,
    completion_tokens bigint      NOT NULL,
    -- False when the engine did not tell the tokens of every request.
    is_complete       boolean     NOT NULL,
    -- In the currency of the price list; null when no price is set.
    cost              double precision,
    CONSTRAINT model_usage_purpose_known CHECK (purpose IN ('assessment', 'answer')),
    CONSTRAINT model_usage_tokens_some   CHECK (prompt_tokens >= 0 AND completion_tokens >= 0)
);

CREATE INDEX model_usage_by_time ON model_usage (used_at);
