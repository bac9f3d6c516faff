-- Part of deploy/restore --tenant, in the first database: the company's people, who may have other numbers here than where
-- the archive was made. In a transaction of zvonar_owner with the temporary table archive (document).
INSERT INTO platform.accounts (telegram_id, first_name, username, language)
SELECT telegram_id, first_name, username, language
FROM archive, jsonb_to_recordset(document -> 'accounts')
    AS account (telegram_id bigint, first_name text, username text, language text)
ON CONFLICT (telegram_id) DO NOTHING;

CREATE TEMP TABLE renumbered ON COMMIT DROP AS
SELECT archived.id AS old_id, account.id AS new_id
FROM archive
CROSS JOIN jsonb_to_recordset(document -> 'accounts') AS archived (id bigint, telegram_id bigint)
JOIN platform.accounts AS account ON account.telegram_id = archived.telegram_id;

