-- A passage is a stretch of a call that answers to questions: found by its word stems and by the nearness of its
-- meaning.
CREATE TABLE passages (
    id              bigint           GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    call_id         bigint           NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    first_turn      integer          NOT NULL,
    last_turn       integer          NOT NULL,
    speaker         text             NOT NULL,
    start_seconds   double precision NOT NULL,
    end_seconds     double precision NOT NULL,
    text            text             NOT NULL,
    search          tsvector         NOT NULL
        GENERATED ALWAYS AS (to_tsvector('russian', translate(text, 'ёЁ', 'еЕ'))) STORED,
    -- A unit vector: its scale as a 32-bit float, then one signed byte a dimension, which keeps the row out of TOAST.
    embedding       bytea,
    embedding_model text,
    CONSTRAINT passages_embedding_named CHECK ((embedding IS NULL) = (embedding_model IS NULL)),
    CONSTRAINT passages_turns_forward   CHECK (last_turn >= first_turn)
);

CREATE INDEX passages_call ON passages (call_id);

-- Without a pending list a search costs the same right after many inserts as later.
CREATE INDEX passages_search ON passages USING gin (search) WITH (fastupdate = off);
