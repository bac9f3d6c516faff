-- An assessment is the verdict on one criterion of the script for one call, with the words that prove it.
CREATE TABLE assessments (
    call_id   bigint  NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    criterion text    NOT NULL,
    position  integer NOT NULL,
    verdict   text    NOT NULL,
    -- The whole finding: quote with its turn and seconds, and the reason.
    finding   jsonb   NOT NULL,
    -- What else a language model was asked to find out.
    details   jsonb,
    CONSTRAINT assessments_pkey          PRIMARY KEY (call_id, criterion),
    CONSTRAINT assessments_verdict_known CHECK (verdict IN ('yes', 'no', 'notApplicable', 'undecided'))
);
