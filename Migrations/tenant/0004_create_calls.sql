-- A call is a recording on its way from receipt to score, and everything that is known about it as a whole.
CREATE TABLE calls (
    id                 bigint           GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    recording_id       bigint           NOT NULL REFERENCES recordings (id),
    script_id          bigint           REFERENCES scripts (id),
    state              text             NOT NULL DEFAULT 'received',
    failure            text,
    -- Why the work stands still for now: the speech service does not answer.
    is_waiting         boolean          NOT NULL DEFAULT false,
    started_at         timestamptz,
    received_at        timestamptz      NOT NULL,
    -- The moment that decides the call's day: its start, else its receipt.
    happened_at        timestamptz      NOT NULL GENERATED ALWAYS AS (coalesce(started_at, received_at)) STORED,
    -- Whom to report to: bot, chat, slot of the progress message, account, language.
    origin             jsonb            NOT NULL,
    -- Seconds of audio to transcribe over all channels; null until the recording was cut into windows.
    total_seconds      double precision,
    finished_seconds   double precision NOT NULL DEFAULT 0,
    operator_seconds   double precision,
    client_seconds     double precision,
    statistics         jsonb,
    conversion         text,
    conversion_finding jsonb,
    passed_items       integer,
    scored_items       integer,
    finished_at        timestamptz,
    CONSTRAINT calls_recording_once    UNIQUE (recording_id),
    CONSTRAINT calls_state_known       CHECK (state IN ('received', 'transcribing', 'analysing', 'done', 'failed')),
    CONSTRAINT calls_failure_explained CHECK ((state = 'failed') = (failure IS NOT NULL)),
    CONSTRAINT calls_conversion_known  CHECK (conversion IN ('yes', 'no', 'undecided')),
    CONSTRAINT calls_items_counted     CHECK (passed_items BETWEEN 0 AND scored_items)
);

-- The list of calls pages by it, the digest reads one day of it.
CREATE INDEX calls_newest_first ON calls (happened_at DESC, id DESC);

-- Places in the queue.
CREATE INDEX calls_unfinished ON calls (id) WHERE state IN ('received', 'transcribing', 'analysing');

CREATE INDEX calls_script ON calls (script_id) WHERE script_id IS NOT NULL;
