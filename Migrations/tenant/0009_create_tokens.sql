-- A token is the short id in a button's callback data or in a link; only its hash is kept, and it says no more than
-- where to look.
CREATE TABLE tokens (
    hash       bytea       PRIMARY KEY,
    kind       text        NOT NULL,
    payload    jsonb       NOT NULL,
    -- The only account that may use it; null means everybody of the company who has the right.
    account_id bigint,
    expires_at timestamptz NOT NULL,
    CONSTRAINT tokens_hash_whole     CHECK (octet_length(hash) = 32),
    CONSTRAINT tokens_kind_not_blank CHECK (btrim(kind) <> '')
);

-- Sweeping of expired ones.
CREATE INDEX tokens_expiry ON tokens (expires_at);
