-- Sent again when nobody knows whether it arrived: seen twice it does no harm, and not seen at all it is missed.
ALTER TABLE outbox ADD COLUMN may_repeat boolean NOT NULL DEFAULT false;
