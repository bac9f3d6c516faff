-- Run once by a superuser in the new, empty database: what its owner has no right to do.
-- The caller has made the role zvonar_owner (LOGIN CREATEROLE) and this database with it as the owner.
ALTER SCHEMA public OWNER TO zvonar_owner;
-- Large objects have no schema, so they would be a way around the walls between tenants.
DO $$
DECLARE
    large_object_function regprocedure;
BEGIN
    FOR large_object_function IN
        SELECT oid::regprocedure
        FROM pg_proc
        WHERE pronamespace = 'pg_catalog'::regnamespace
          AND (proname LIKE 'lo\_%' OR proname IN ('loread', 'lowrite'))
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', large_object_function);
    END LOOP;
END $$;
