-- Slots and topics are removed when they are old. Their age never changes, so that no change of a row touches its index.
ALTER TABLE outbox_slots ADD COLUMN made_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX outbox_slots_oldest ON outbox_slots (made_at);

ALTER TABLE live ADD COLUMN made_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX live_oldest ON live (made_at);
