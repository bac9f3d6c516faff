-- An account is a person as Telegram knows them; in which companies they work is said by memberships.
CREATE TABLE platform.accounts (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    telegram_id bigint      NOT NULL,
    first_name  text        NOT NULL,
    username    text,
    language    text        NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT accounts_telegram_id_unique UNIQUE (telegram_id),
    CONSTRAINT accounts_language_known     CHECK (language IN ('ru', 'en', 'kk'))
);
