-- A company's own bot goes with the company.
ALTER TABLE platform.bots
    ADD CONSTRAINT bots_tenant FOREIGN KEY (tenant_id) REFERENCES platform.tenants (id) ON DELETE CASCADE;

CREATE INDEX bots_tenant ON platform.bots (tenant_id) WHERE tenant_id IS NOT NULL;
