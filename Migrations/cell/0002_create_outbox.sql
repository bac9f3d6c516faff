-- Every message to Telegram is a row here before it is sent.
CREATE TABLE outbox (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    bot_id       bigint      NOT NULL,
    chat_id      bigint      NOT NULL,
    tenant_id    bigint,
    -- 0 reply, 1 result, 2 progress, 3 mass notification: lower goes first.
    rank         smallint    NOT NULL,
    method       text        NOT NULL,
    parameters   jsonb       NOT NULL,
    file_field   text,
    file_name    text,
    file_mime    text,
    file_bytes   bytea,
    -- Rows of one slot are one message: the first is sent, later ones edit it.
    slot         text,
    -- What to put into the slot when this send was cut off and nobody knows whether it arrived.
    if_ambiguous jsonb,
    state        text        NOT NULL DEFAULT 'pending',
    attempt      integer     NOT NULL DEFAULT 0,
    not_before   timestamptz NOT NULL DEFAULT now(),
    -- The epoch of the lease under which it is being sent.
    epoch        bigint,
    message_id   bigint,
    error        text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    finished_at  timestamptz,
    CONSTRAINT outbox_state_known
        CHECK (state IN ('pending', 'sending', 'sent', 'ambiguous', 'refused', 'replaced')),
    CONSTRAINT outbox_rank_known CHECK (rank BETWEEN 0 AND 3),
    CONSTRAINT outbox_file_whole CHECK ((file_field IS NULL) = (file_name IS NULL))
);

CREATE INDEX outbox_waiting ON outbox (bot_id, chat_id, rank, id) WHERE state IN ('pending', 'sending');
-- The next to be sent over all chats; the second condition is named by the claim only, which needs this order.
CREATE INDEX outbox_turn ON outbox (bot_id, rank, id) WHERE state = 'pending' AND id > 0;
CREATE INDEX outbox_sending ON outbox (bot_id, chat_id) WHERE state = 'sending';

-- Which message a slot is.
CREATE TABLE outbox_slots (
    bot_id     bigint NOT NULL,
    chat_id    bigint NOT NULL,
    slot       text   NOT NULL,
    message_id bigint NOT NULL,
    PRIMARY KEY (bot_id, chat_id, slot)
);

-- Under which epoch of its lease a bot's messages may be taken: who holds an older one is refused.
CREATE TABLE outbox_holders (
    bot_id bigint PRIMARY KEY,
    epoch  bigint NOT NULL
);
