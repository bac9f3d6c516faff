-- A bot that this installation runs; without a tenant it is the one all companies share.
CREATE TABLE bots (
    id           bigint      PRIMARY KEY, -- Telegram's number of the bot, the part of the token before the colon
    tenant_id    bigint,
    username     text,
    token_sealed bytea       NOT NULL,
    -- Why the loop of this bot stands still, such as a revoked token; null while it may run.
    stopped      text,
    created_at   timestamptz NOT NULL DEFAULT now()
);

-- A lease names the one process that may poll a bot or pace a campaign. The epoch rises with every new holder.
CREATE TABLE leases (
    name   text        PRIMARY KEY,
    holder text        NOT NULL,
    epoch  bigint      NOT NULL,
    until  timestamptz NOT NULL
);
