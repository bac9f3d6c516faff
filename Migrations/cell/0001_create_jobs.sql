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
    turn_at      timestamptz NOT NULL DEFAULT now(),
    worker       text,
    lease_until  timestamptz,
    error        text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT jobs_state_known CHECK (state IN ('waiting', 'later', 'running', 'dead')),
    CONSTRAINT jobs_leased_while_running
        CHECK ((state = 'running') = (worker IS NOT NULL AND lease_until IS NOT NULL))
);

CREATE INDEX jobs_waiting ON jobs (lane, turn_at, id) WHERE state = 'waiting';
CREATE INDEX jobs_later ON jobs (run_at) WHERE state = 'later';
CREATE INDEX jobs_running ON jobs (lease_until) WHERE state = 'running';
CREATE INDEX jobs_tenant_turns ON jobs (tenant_id, lane, turn_at) WHERE state IN ('waiting', 'running');
CREATE UNIQUE INDEX jobs_key_once ON jobs (tenant_id, type, key) WHERE key IS NOT NULL AND state IN ('waiting', 'later');
-- A job whose like is running waits for it to end.
CREATE INDEX jobs_key_running ON jobs (tenant_id, type, key) WHERE key IS NOT NULL AND state = 'running';

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
