-- One row for each answer of a language model: what it was for and what it cost. It outlives the call or question it
-- served.
CREATE TABLE model_usage (
    id            bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    used_at       timestamptz NOT NULL,
    purpose       text        NOT NULL,
    call_id       bigint,
    question_id   bigint,
    model         text        NOT NULL,
    input_tokens  integer     NOT NULL,
    output_tokens integer     NOT NULL,
    -- Millionths of the currency of the price list; null when no price is set.
    cost_micros   bigint,
    CONSTRAINT model_usage_purpose_known CHECK (purpose IN ('assessment', 'answer')),
    CONSTRAINT model_usage_tokens_some   CHECK (input_tokens >= 0 AND output_tokens >= 0)
);

CREATE INDEX model_usage_by_time ON model_usage (used_at);
