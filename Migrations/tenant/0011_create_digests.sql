-- A digest is the report about one local day as it was sent; its uniqueness is what keeps it from being sent twice.
CREATE TABLE digests (
    id        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind      text        NOT NULL,
    local_day date        NOT NULL,
    summary   jsonb       NOT NULL,
    made_at   timestamptz NOT NULL,
    CONSTRAINT digests_once_a_day UNIQUE (kind, local_day),
    CONSTRAINT digests_kind_known CHECK (kind IN ('daily'))
);
