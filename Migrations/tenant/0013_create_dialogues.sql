-- A dialogue is where a chat stands with the bot: the step it is in and what it has gathered so far.
CREATE TABLE dialogues (
    bot_id     bigint      NOT NULL,
    chat_id    bigint      NOT NULL,
    step       jsonb       NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT dialogues_pkey PRIMARY KEY (bot_id, chat_id)
);
