-- When the sound of a recording was deleted because its time was over; the row and all that was made of it stay.
ALTER TABLE recordings
    ADD audio_deleted_at timestamptz,
    ADD CONSTRAINT recordings_no_player_without_audio CHECK (audio_deleted_at IS NULL OR player_bytes IS NULL);

-- What retention looks for every hour.
CREATE INDEX recordings_with_audio ON recordings (received_at) WHERE audio_deleted_at IS NULL;
