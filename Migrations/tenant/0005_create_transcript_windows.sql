-- A window is a piece of one channel, 2 to 5 minutes cut at silences, that is transcribed in one request. The plan
-- of windows is stored before the first is sent and each result as it comes, so that an interrupted transcription
-- goes on where it was.
CREATE TABLE transcript_windows (
    call_id       bigint           NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    channel       integer          NOT NULL,
    number        integer          NOT NULL,
    start_seconds double precision NOT NULL,
    end_seconds   double precision NOT NULL,
    -- Null until transcribed; an empty list when nobody speaks in it. Times count from the start of the recording.
    words         jsonb,
    is_suspicious boolean          NOT NULL DEFAULT false,
    CONSTRAINT transcript_windows_pkey    PRIMARY KEY (call_id, channel, number),
    CONSTRAINT transcript_windows_forward CHECK (end_seconds > start_seconds)
);
