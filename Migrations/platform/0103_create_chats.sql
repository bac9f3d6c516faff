-- A chat of one of our bots: who speaks there, in which language, and about which of their companies.
CREATE TABLE platform.chats (
    bot           bigint      NOT NULL,
    chat          bigint      NOT NULL,
    account       bigint      REFERENCES platform.accounts (id),
    active_tenant bigint      REFERENCES platform.tenants (id) ON DELETE SET NULL,
    language      text        NOT NULL,
    blocked_at    timestamptz,
    told_at       timestamptz,
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (bot, chat),
    CONSTRAINT chats_language_known CHECK (language IN ('ru', 'en', 'kk'))
);

COMMENT ON COLUMN platform.chats.account IS 'null in a group';
COMMENT ON COLUMN platform.chats.told_at IS 'when a group was told that the bot works in private';

CREATE INDEX chats_account ON platform.chats (account);

CREATE INDEX chats_active_tenant ON platform.chats (active_tenant);

-- How far a conversation has come with a person who has no company yet; the steps are the bot's own.
CREATE TABLE platform.dialogues (
    bot        bigint      NOT NULL,
    chat       bigint      NOT NULL,
    step       jsonb       NOT NULL,
    tenant     bigint      REFERENCES platform.tenants (id) ON DELETE CASCADE,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (bot, chat),
    FOREIGN KEY (bot, chat) REFERENCES platform.chats (bot, chat) ON DELETE CASCADE
);

COMMENT ON COLUMN platform.dialogues.tenant IS 'the company that the chat waits for';

CREATE INDEX dialogues_tenant ON platform.dialogues (tenant);
