-- A bot that this installation runs; without a tenant it is the one all companies share, else that company's own.
CREATE TABLE bots (
    id              bigint      PRIMARY KEY, -- Telegram's number of the bot, the part of the token before the colon
    tenant_id       bigint,
    username        text,
    token_sealed    bytea       NOT NULL,
    -- Why the loop of this bot stands still, such as a revoked token; null while it may run.
    stopped         text,
    -- A person stopped it, so that no start of the server wakes it.
    stopped_by_hand boolean     NOT NULL DEFAULT false,
    -- Rises with every change: a loop that began under an older one ends, and another begins.
    revision        bigint      NOT NULL DEFAULT 1,
    created_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT bots_stopped_by_hand_has_reason CHECK (stopped IS NOT NULL OR NOT stopped_by_hand)
);

-- A lease names the one process that may poll a bot or pace a campaign. The epoch rises with every new holder.
CREATE TABLE leases (
    name   text        PRIMARY KEY,
    holder text        NOT NULL,
    epoch  bigint      NOT NULL,
    until  timestamptz NOT NULL
);
