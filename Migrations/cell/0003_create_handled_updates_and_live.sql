-- Updates whose effects are committed in this cell: a replay finds its update here and does nothing.
CREATE TABLE handled_updates (
    bot_id     bigint      NOT NULL,
    update_id  bigint      NOT NULL,
    handled_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT handled_updates_once PRIMARY KEY (bot_id, update_id)
);

-- The oldest are removed when Telegram cannot bring their updates any more.
CREATE INDEX handled_updates_oldest ON handled_updates (handled_at);

-- A number for each thing that pages follow; it rises with every change.
CREATE TABLE live (
    tenant_id bigint NOT NULL,
    topic     text   NOT NULL,
    number    bigint NOT NULL,
    PRIMARY KEY (tenant_id, topic)
);
