-- A recording is a file that somebody gave us: what decoding found in it. Its encrypted bytes lie in the recording
-- store under the same SHA-256, so a row here always has its file, while a file without a row is swept away.
CREATE TABLE recordings (
    id               bigint           GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sha256           bytea            NOT NULL,
    file_name        text,
    source           text             NOT NULL,
    container        text             NOT NULL,
    codec            text             NOT NULL,
    mime             text             NOT NULL,
    sample_rate      integer          NOT NULL,
    channels         integer          NOT NULL,
    -- Channels that carry speakers of their own: 2 where the sides of a stereo recording differ, else 1.
    speaker_channels integer          NOT NULL,
    duration_seconds double precision NOT NULL,
    byte_count       bigint           NOT NULL,
    -- Size of the derived file for players; null until it is made.
    player_bytes     bigint,
    received_at      timestamptz      NOT NULL,
    CONSTRAINT recordings_sha256_unique   UNIQUE (sha256),
    CONSTRAINT recordings_sha256_whole    CHECK (octet_length(sha256) = 32),
    CONSTRAINT recordings_channels_some   CHECK (speaker_channels BETWEEN 1 AND channels),
    CONSTRAINT recordings_duration_some   CHECK (duration_seconds > 0),
    CONSTRAINT recordings_bytes_some      CHECK (byte_count > 0),
    CONSTRAINT recordings_player_some     CHECK (player_bytes > 0)
);
