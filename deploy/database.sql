-- The database of the register and its two roles; run once, as the superuser of PostgreSQL:
--   sudo -u postgres psql --file=deploy/database.sql
-- Nobody has a password: each role belongs to the system's user of the same name, over the local socket (peer).
\set ON_ERROR_STOP on
CREATE ROLE "border-training-owner" LOGIN;
CREATE ROLE "border-training" LOGIN;
CREATE DATABASE "border-training" OWNER "border-training-owner" TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';
REVOKE ALL ON DATABASE "border-training" FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE "border-training" TO "border-training";
\connect border-training
REVOKE ALL ON SCHEMA public FROM PUBLIC;
ALTER SCHEMA public OWNER TO "border-training-owner";
GRANT USAGE ON SCHEMA public TO "border-training";
-- What the owner's migrations make, the service may read and write, and neither change, truncate nor drop.
ALTER DEFAULT PRIVILEGES FOR ROLE "border-training-owner" IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO "border-training";
ALTER DEFAULT PRIVILEGES FOR ROLE "border-training-owner" IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO "border-training";
