-- A script is a checklist by which calls are scored; exactly one is in force at a time, older ones explain older
-- scores.
CREATE TABLE scripts (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- Our own name in every language, or the company's.
    title      jsonb       NOT NULL,
    is_active  boolean     NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE UNIQUE INDEX scripts_one_active ON scripts (is_active) WHERE is_active;

-- A criterion is one item of a script; its definition holds the phrases, or the question to a language model.
CREATE TABLE criteria (
    script_id  bigint  NOT NULL REFERENCES scripts (id) ON DELETE CASCADE,
    position   integer NOT NULL,
    code       text    NOT NULL,
    definition jsonb   NOT NULL,
    CONSTRAINT criteria_pkey           PRIMARY KEY (script_id, code),
    CONSTRAINT criteria_code_not_blank CHECK (btrim(code) <> '')
);
