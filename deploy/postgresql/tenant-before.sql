-- Part of deploy/restore --tenant, in the first database: the company. In a transaction of zvonar_owner with :old, :new,
-- :home (its cell) and the temporary table archive (document), after its people.
-- Who has registered another company meanwhile keeps that one as their own.
INSERT INTO platform.tenants (id, name, zone, language, state, digest_time, audio_days, cell, created_by, created_at)
OVERRIDING SYSTEM VALUE
SELECT :new, tenant.name, tenant.zone, tenant.language, 'preparing', tenant.digest_time, tenant.audio_days, :home, creator.id, tenant.created_at
FROM archive
CROSS JOIN jsonb_to_record(document -> 'tenant')
    AS tenant (name text, zone text, language text, digest_time time, audio_days integer, created_at timestamptz)
LEFT JOIN platform.accounts AS creator
    ON creator.telegram_id = (document ->> 'creator')::bigint
    AND NOT EXISTS (SELECT FROM platform.tenants AS other
                    WHERE other.created_by = creator.id AND other.state IN ('preparing', 'ready'));

-- A number is never given twice.
SELECT setval(pg_get_serial_sequence('platform.tenants', 'id'), greatest(last_value, :new)) FROM platform.tenants_id_seq \g /dev/null

INSERT INTO platform.memberships (tenant, account, role, wants_digest, created_at)
SELECT :new, account.id, membership.role, membership.wants_digest, membership.created_at
FROM archive
CROSS JOIN jsonb_to_recordset(document -> 'memberships')
    AS membership (account bigint, role text, wants_digest boolean, created_at timestamptz)
JOIN jsonb_to_recordset(document -> 'accounts') AS archived (id bigint, telegram_id bigint) ON archived.id = membership.account
JOIN platform.accounts AS account ON account.telegram_id = archived.telegram_id;

UPDATE platform.chats
SET active_tenant = :new
FROM archive, jsonb_to_recordset(document -> 'chats') AS archived (bot bigint, chat bigint)
WHERE chats.bot = archived.bot AND chats.chat = archived.chat AND chats.active_tenant IS NULL;

INSERT INTO platform.bots (id, tenant_id, username, token_sealed, stopped, stopped_by_hand, created_at)
SELECT id, :new, username, token_sealed, stopped, stopped_by_hand, created_at
FROM archive, jsonb_to_recordset(document -> 'bots')
    AS bot (id bigint, username text, token_sealed bytea, stopped text, stopped_by_hand boolean, created_at timestamptz)
ON CONFLICT (id) DO NOTHING;
