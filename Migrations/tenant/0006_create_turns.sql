-- A turn is what one side of a call says until the other takes over.
CREATE TABLE turns (
    call_id       bigint           NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    number        integer          NOT NULL,
    channel       integer          NOT NULL,
    speaker       text             NOT NULL,
    start_seconds double precision NOT NULL,
    end_seconds   double precision NOT NULL,
    text          text             NOT NULL,
    words         jsonb            NOT NULL,
    CONSTRAINT turns_pkey          PRIMARY KEY (call_id, number),
    CONSTRAINT turns_speaker_known CHECK (speaker IN ('operator', 'client', 'unknown'))
);
