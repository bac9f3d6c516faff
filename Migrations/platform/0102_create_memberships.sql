-- A membership says what a person may do in a company; without one a company does not exist for them.
CREATE TABLE platform.memberships (
    tenant       bigint      NOT NULL REFERENCES platform.tenants (id) ON DELETE CASCADE,
    account      bigint      NOT NULL REFERENCES platform.accounts (id),
    role         text        NOT NULL,
    wants_digest boolean     NOT NULL DEFAULT true,
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, account),
    CONSTRAINT memberships_role_known CHECK (
        role IN ('owner', 'head', 'supervisor', 'operator', 'hr', 'analyst', 'integrator')
    )
);

CREATE INDEX memberships_account ON platform.memberships (account);
