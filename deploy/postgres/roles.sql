-- The database roles of Okno, each with the least that it needs. Run it as a superuser in Okno's database, once and after each
-- update: `okno migrate --database-roles`, or psql -f roles.sql. Running it again changes nothing. Passwords are yours to set:
-- ALTER ROLE okno_serve PASSWORD '…'.
--
--   okno_migrate  owns the schema and changes it                  okno migrate
--   okno_serve    reads and writes rows, adds to the journal      database_url of okno serve
--   okno_report   reads, but no secret                            database_report_url
--   okno_audit    reads the journal                               okno audit verify
--
-- Nobody but okno_migrate can change or delete an entry of the journal.
DO $roles$
DECLARE
    name    text;
    thing   record;
    columns text;
BEGIN
    FOREACH name IN ARRAY '{okno_migrate,okno_serve,okno_report,okno_audit}'::text[] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I LOGIN NOINHERIT NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS', name);
        END IF;
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), name);
        EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', name);
        CONTINUE WHEN name = 'okno_migrate'; -- an owner's rights are its own
        EXECUTE format('REVOKE CREATE ON SCHEMA public FROM %I', name);
        EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA public FROM %I', name);
        EXECUTE format('REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM %I', name);
    END LOOP;
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    REVOKE ALL ON SCHEMA public FROM PUBLIC;
    REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC;

    -- The schema is the migrating role's.
    GRANT CREATE ON SCHEMA public TO okno_migrate;
    FOR thing IN SELECT c.oid::regclass AS what FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
    LOOP
        EXECUTE format('ALTER TABLE %s OWNER TO okno_migrate', thing.what);
    END LOOP;
    FOR thing IN SELECT c.oid::regclass AS what FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'S'
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i'))
    LOOP
        EXECUTE format('ALTER SEQUENCE %s OWNER TO okno_migrate', thing.what);
    END LOOP;
    FOR thing IN SELECT t.oid::regtype AS what FROM pg_type t WHERE t.typnamespace = 'public'::regnamespace AND t.typtype IN ('e', 'd') LOOP
        EXECUTE format('ALTER TYPE %s OWNER TO okno_migrate', thing.what);
    END LOOP;
    FOR thing IN SELECT p.oid::regprocedure AS what FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace LOOP
        EXECUTE format('ALTER ROUTINE %s OWNER TO okno_migrate', thing.what);
    END LOOP;

    -- Rows are the serving role's, but for those of the journal, of which it seals each once, and of the schema's history.
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO okno_serve;
    GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO okno_serve;
    REVOKE UPDATE, DELETE ON audit FROM okno_serve;
    GRANT UPDATE (seal, hash) ON audit TO okno_serve;
    REVOKE INSERT, UPDATE, DELETE ON goose_db_version FROM okno_serve;
    ALTER DEFAULT PRIVILEGES FOR ROLE okno_migrate IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO okno_serve;
    ALTER DEFAULT PRIVILEGES FOR ROLE okno_migrate IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO okno_serve;

    -- Reports read every column that holds no secret.
    FOR thing IN SELECT c.oid, c.oid::regclass AS what FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> 'audit'
    LOOP
        SELECT string_agg(quote_ident(a.attname), ', ') INTO columns FROM pg_attribute a
        WHERE a.attrelid = thing.oid AND a.attnum > 0 AND NOT a.attisdropped
          AND a.attname !~ '(password|secret|sealed|token|credential|wrapped)|(^|_)(mac|pin|totp|hash)(_|$)|^data_key$|_index(es)?$';
        IF columns IS NOT NULL THEN
            EXECUTE format('GRANT SELECT (%s) ON %s TO okno_report', columns, thing.what);
        END IF;
    END LOOP;

    GRANT SELECT ON audit TO okno_audit;
END
$roles$
