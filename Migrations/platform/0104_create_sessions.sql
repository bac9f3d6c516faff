-- A link that signs one person in once; the database knows only the hash of what stands in it.
CREATE TABLE platform.sign_in_links (
    hash        bytea       PRIMARY KEY,
    account     bigint      NOT NULL REFERENCES platform.accounts (id),
    tenant      bigint      NOT NULL REFERENCES platform.tenants (id) ON DELETE CASCADE,
    expires_at  timestamptz NOT NULL,
    consumed_at timestamptz,
    created_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT sign_in_links_hash_length CHECK (octet_length(hash) = 32)
);

CREATE INDEX sign_in_links_account ON platform.sign_in_links (account);

CREATE INDEX sign_in_links_tenant ON platform.sign_in_links (tenant);

-- A browser that somebody signed in with, until it expires or they sign out.
CREATE TABLE platform.sessions (
    hash       bytea       PRIMARY KEY,
    account    bigint      NOT NULL REFERENCES platform.accounts (id),
    tenant     bigint      NOT NULL REFERENCES platform.tenants (id) ON DELETE CASCADE,
    agent_hash bytea,
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT sessions_hash_length CHECK (octet_length(hash) = 32)
);

CREATE INDEX sessions_account ON platform.sessions (account);

CREATE INDEX sessions_tenant ON platform.sessions (tenant);
