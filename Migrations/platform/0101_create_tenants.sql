-- A tenant is a company. All it owns is in the schema t_<id>, which is complete once the state is 'ready'.
CREATE TABLE platform.tenants (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        text        NOT NULL,
    zone        text        NOT NULL,
    language    text        NOT NULL,
    state       text        NOT NULL DEFAULT 'preparing',
    digest_time time        NOT NULL DEFAULT '09:00',
    cell        int         NOT NULL DEFAULT 1,
    attempts    int         NOT NULL DEFAULT 0,
    created_by  bigint      REFERENCES platform.accounts (id),
    created_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT tenants_name_length    CHECK (char_length(name) BETWEEN 2 AND 100),
    CONSTRAINT tenants_language_known CHECK (language IN ('ru', 'en', 'kk')),
    CONSTRAINT tenants_state_known    CHECK (state IN ('preparing', 'ready', 'failed', 'dropping'))
);

-- Somebody who presses a button twice gets one company: the database holds that too.
CREATE UNIQUE INDEX tenants_one_registration ON platform.tenants (created_by) WHERE state IN ('preparing', 'ready');

CREATE INDEX tenants_created_by ON platform.tenants (created_by);

-- What the provisioning loop looks for once a second.
CREATE INDEX tenants_unfinished ON platform.tenants (id) WHERE state <> 'ready';
