-- Slots are removed when they are old.
ALTER TABLE outbox_slots ADD COLUMN made_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX outbox_slots_oldest ON outbox_slots (made_at);
