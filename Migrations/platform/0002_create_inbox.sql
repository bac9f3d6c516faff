-- Every update of Telegram is stored here before it is confirmed, and handled from here.
CREATE TABLE inbox (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    bot_id      bigint      NOT NULL,
    update_id   bigint      NOT NULL,
    -- Updates of one chat are handled in the order of id; null belongs to no chat.
    chat_id     bigint,
    -- Text, not jsonb: that refuses some of the JSON that people can have Telegram send, such as an escaped zero.
    payload     text        NOT NULL,
    -- Where the effects of the first handling went: 0 is platform, else a tenant. A replay obeys it.
    route       bigint,
    state       text        NOT NULL DEFAULT 'new',
    attempt     integer     NOT NULL DEFAULT 0,
    incident    text,
    received_at timestamptz NOT NULL DEFAULT now(),
    handled_at  timestamptz,
    CONSTRAINT inbox_update_once UNIQUE (bot_id, update_id),
    CONSTRAINT inbox_state_known CHECK (state IN ('new', 'handled', 'ignored', 'failed'))
);

CREATE INDEX inbox_new ON inbox (bot_id, id) WHERE state = 'new';
