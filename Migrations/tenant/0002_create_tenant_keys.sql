-- The keys that encrypt the tenant's recordings, each wrapped by the installation's secret key.
CREATE TABLE tenant_keys (
    purpose    text        PRIMARY KEY,
    wrapped    bytea       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT tenant_keys_purpose_known CHECK (purpose IN ('recordings'))
);
