import Kernel

extension Migrator {
    /// Logins, schemas and rights that every migration stands on; harmless to repeat.
    func foundation(_ connection: Connection) async throws -> String {
        var script = ""
        for login in [DatabaseConfiguration.Login.platform, .cell] {
            script += """
                DO $$ BEGIN
                    CREATE ROLE \(login.rawValue) LOGIN NOINHERIT;
                EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
                END $$;

                """
            script += try await password(of: login, connection) + settings(of: login)
        }
        return script + Self.schemas
    }

    /// Gives the login its password, unless the server has let it in with that already.
    private func password(of login: DatabaseConfiguration.Login, _ connection: Connection) async throws -> String {
        guard let password = database.configuration.passwords[login] else {
            throw DatabaseFault.misuse("no password for \(login.rawValue)")
        }
        let known = try await connection.exchange([Statement("SELECT FROM pg_roles WHERE rolname = \(login)")])
        if known.contains(where: { !$0.rows.isEmpty }), await database.connecting.isLetIn(login) { return "" }
        // Only the verifier is sent, so the password cannot end in a log of the server.
        let verifier = try connection.verifier(password: password, login: login.rawValue)
        return "ALTER ROLE \(login.rawValue) PASSWORD '\(verifier)';\n"
    }

    /// What a session of the login begins with when a pooler opens it, which sends no start-up options of ours.
    private func settings(of login: DatabaseConfiguration.Login) -> String {
        let settings = database.configuration.sessionSettings(timeout: nil)
        let wanted = settings.map { "'\($0.name)=\($0.value)'" }.joined(separator: ", ")
        let changes = settings.map {
            """
            EXECUTE format('ALTER ROLE \(login.rawValue) IN DATABASE %I SET \($0.name) = %L',
                    current_database(), '\($0.value)');
            """
        }
        return """
            DO $$ BEGIN
                IF NOT EXISTS (
                    SELECT FROM pg_db_role_setting
                    WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
                      AND setrole = '\(login.rawValue)'::regrole
                      AND setconfig @> ARRAY[\(wanted)]
                ) THEN
                    \(changes.joined(separator: "\n        "))
                END IF;
            END $$;

            """
    }

    private static let schemas = """
        CREATE SCHEMA IF NOT EXISTS platform;
        CREATE SCHEMA IF NOT EXISTS cell;
        CREATE SCHEMA IF NOT EXISTS ext;
        REVOKE ALL ON SCHEMA public FROM PUBLIC;
        GRANT USAGE ON SCHEMA ext TO PUBLIC;
        GRANT USAGE ON SCHEMA platform TO zvonar_platform;
        GRANT USAGE ON SCHEMA cell TO zvonar_cell;
        ALTER DEFAULT PRIVILEGES IN SCHEMA platform GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO zvonar_platform;
        ALTER DEFAULT PRIVILEGES IN SCHEMA platform GRANT USAGE ON SEQUENCES TO zvonar_platform;
        ALTER DEFAULT PRIVILEGES IN SCHEMA cell GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO zvonar_cell;
        ALTER DEFAULT PRIVILEGES IN SCHEMA cell GRANT USAGE ON SEQUENCES TO zvonar_cell;
        DO $$ BEGIN
            -- Also TEMP: a temporary table would outlive the tenant's transaction.
            EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
            EXECUTE format('GRANT CONNECT ON DATABASE %I TO zvonar_platform, zvonar_cell', current_database());
        END $$;
        -- What a closing statement that must change so many rows is judged by.
        CREATE OR REPLACE FUNCTION ext.must_change(changed bigint, wanted bigint) RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
            IF changed <> wanted THEN
                RAISE EXCEPTION 'a closing statement changed % rows, not %', changed, wanted USING ERRCODE = 'ZV001';
            END IF;
        END $$;
        CREATE TABLE IF NOT EXISTS platform.migrations (
            name       text        PRIMARY KEY,
            checksum   text        NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE TABLE IF NOT EXISTS cell.migrations (
            name       text        PRIMARY KEY,
            checksum   text        NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE TABLE IF NOT EXISTS cell.place (
            number integer NOT NULL
        );
        CREATE TABLE IF NOT EXISTS cell.tenants (
            tenant_id  bigint      PRIMARY KEY,
            created_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE TABLE IF NOT EXISTS cell.tenant_migrations (
            tenant_id  bigint      NOT NULL REFERENCES cell.tenants,
            name       text        NOT NULL,
            checksum   text        NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (tenant_id, name)
        );
        -- The record of migrations and tenants is the owner's; the server may look.
        REVOKE INSERT, UPDATE, DELETE ON platform.migrations FROM zvonar_platform;
        REVOKE INSERT, UPDATE, DELETE ON cell.migrations, cell.place, cell.tenants, cell.tenant_migrations FROM zvonar_cell;

        """

    /// The tenant's role and empty schema.
    func provisioning(_ tenant: TenantID) -> String {
        let schema = tenant.schema
        return """
            BEGIN;
            DO $$ BEGIN
                CREATE ROLE \(schema) NOLOGIN;
            EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
            END $$;
            GRANT \(schema) TO zvonar_owner, zvonar_cell;
            CREATE SCHEMA IF NOT EXISTS \(schema) AUTHORIZATION \(schema);
            REVOKE ALL ON SCHEMA \(schema) FROM PUBLIC;
            INSERT INTO cell.tenants (tenant_id) VALUES (\(tenant)) ON CONFLICT DO NOTHING;
            COMMIT;
            """
    }
}
