-- Part of deploy/restore --tenant, in the database of the company's cell: what belongs to it there, after its schema, which the
-- search path names.
INSERT INTO cell.tenants (tenant_id) VALUES (:new);

INSERT INTO cell.tenant_migrations (tenant_id, name, checksum, applied_at)
SELECT :new, name, checksum, applied_at
FROM pg_temp.archive, jsonb_to_recordset(document -> 'migrations') AS migration (name text, checksum text, applied_at timestamptz);

INSERT INTO cell.schedule (tenant_id, type, local_time, zone, next_at)
SELECT :new, type, local_time, zone, next_at
FROM pg_temp.archive, jsonb_to_recordset(document -> 'schedule') AS run (type text, local_time time, zone text, next_at timestamptz);

-- Work that was under way begins again; a job that is put off is given its turn when it is due.
INSERT INTO cell.jobs (tenant_id, type, lane, payload, key, state, turn, max_attempts, run_at)
SELECT :new, type, lane, payload, key, 'later', 0, max_attempts, run_at
FROM pg_temp.archive, jsonb_to_recordset(document -> 'jobs')
    AS job (id bigint, type text, lane text, payload jsonb, key text, max_attempts integer, run_at timestamptz)
ORDER BY id
ON CONFLICT DO NOTHING;

INSERT INTO cell.live (tenant_id, topic, number)
SELECT :new, topic, number
FROM pg_temp.archive, jsonb_to_recordset(document -> 'live') AS live (topic text, number bigint);

-- People have other numbers here than where the archive was made: tenant-people.sql.
UPDATE calls
SET origin = jsonb_set(origin, '{account}', to_jsonb(new_id))
FROM pg_temp.renumbered
WHERE (origin ->> 'account')::bigint = old_id AND old_id <> new_id;

UPDATE questions
SET account_id = new_id, origin = jsonb_set(origin, '{account}', to_jsonb(new_id))
FROM pg_temp.renumbered
WHERE account_id = old_id AND old_id <> new_id;

UPDATE tokens
SET account_id = new_id
FROM pg_temp.renumbered
WHERE account_id = old_id AND old_id <> new_id;
