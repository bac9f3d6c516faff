-- Work to be done for a tenant, at least once; a row that is done is deleted.
CREATE TABLE jobs (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id    bigint      NOT NULL,
    type         text        NOT NULL,
    lane         text        NOT NULL,
    payload      jsonb       NOT NULL,
    -- At most one job of a type with a key waits for a tenant.
    key          text,
    state        text        NOT NULL DEFAULT 'waiting',
    attempt      integer     NOT NULL DEFAULT 0,
    max_attempts integer     NOT NULL,
    -- When a job that is put off may start.
    run_at       timestamptz NOT NULL DEFAULT now(),
    -- The place in the queue: a tenant's jobs lie apart in it, so that many of one do not stand before one of another.
    turn         bigint      NOT NULL,
    worker       text,
    lease_until  timestamptz,
    error        text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    -- When it was buried.
    dead_at      timestamptz,
    CONSTRAINT jobs_state_known CHECK (state IN ('waiting', 'later', 'running', 'dead')),
    CONSTRAINT jobs_leased_while_running
        CHECK ((state = 'running') = (worker IS NOT NULL AND lease_until IS NOT NULL)),
    CONSTRAINT jobs_dead_since CHECK ((state = 'dead') = (dead_at IS NOT NULL))
) WITH (
    -- A queue is empty most of the time and long at others: statistics of the one make bad plans for the other.
    vacuum_truncate = off, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02
);

-- Statistics that were taken while the queue was empty say that every index is as good as the right one. So these name in
-- their conditions what is always true and only their own query says: no other query can take them.
CREATE INDEX jobs_waiting ON jobs (lane, turn, id) WHERE state = 'waiting' AND id > 0;
CREATE INDEX jobs_tenant_turns ON jobs (tenant_id, lane, turn) WHERE state = 'waiting' AND turn > 0;
CREATE INDEX jobs_later ON jobs (run_at) WHERE state = 'later';
CREATE UNIQUE INDEX jobs_key_once ON jobs (tenant_id, type, key) WHERE key IS NOT NULL AND state IN ('waiting', 'later');
-- What is in work, also for the rule that a job whose like is running waits. The lease is in no index: its renewal is cheap.
CREATE INDEX jobs_running ON jobs (tenant_id, type, key) WHERE state = 'running';
CREATE INDEX jobs_dead ON jobs (dead_at) WHERE state = 'dead';

-- The turn that each lane has come to. Sequences, since a row would be locked by who moves it, and leave dead ones behind.
CREATE SEQUENCE jobs_turn_quick;
CREATE SEQUENCE jobs_turn_network;
CREATE SEQUENCE jobs_turn_heavy;
GRANT SELECT, UPDATE ON SEQUENCE jobs_turn_quick, jobs_turn_network, jobs_turn_heavy TO zvonar_cell;

CREATE VIEW lanes AS
SELECT 'quick'::text AS lane, coalesce(pg_sequence_last_value('cell.jobs_turn_quick'), 0) AS turn
UNION ALL SELECT 'network', coalesce(pg_sequence_last_value('cell.jobs_turn_network'), 0)
UNION ALL SELECT 'heavy', coalesce(pg_sequence_last_value('cell.jobs_turn_heavy'), 0);

-- What is done every day at a tenant's local time.
CREATE TABLE schedule (
    tenant_id  bigint      NOT NULL,
    type       text        NOT NULL,
    local_time time        NOT NULL,
    zone       text        NOT NULL,
    next_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, type)
);

CREATE INDEX schedule_due ON schedule (next_at);
