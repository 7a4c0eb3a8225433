"""What a deployment's database says about itself: who works on it, and whether its tables are as they should be."""

from dataclasses import dataclass

from sqlalchemy import text

from training.kit.db import db


@dataclass(frozen=True)
class DatabaseRole:
    """The role of this connection on a PostgreSQL server, and how its connection travels."""

    name: str
    is_superuser: bool
    owns_tables: bool
    """Or may become the role that owns some."""
    has_admin_rights: bool
    """May make roles or databases, replicate, or pass by row security."""
    is_remote: bool
    is_encrypted: bool


_ROLE = """
SELECT current_user,
    role.rolsuper,
    EXISTS (SELECT FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE relkind IN ('r', 'p') AND nspname NOT IN ('pg_catalog', 'information_schema') AND nspname !~ '^pg_toast'
        AND pg_has_role(current_user, relowner, 'MEMBER')),
    role.rolcreaterole OR role.rolcreatedb OR role.rolreplication OR role.rolbypassrls,
    COALESCE(NOT inet_server_addr() <<= ANY (ARRAY['127.0.0.0/8', '::1/128']::inet[]), false),
    COALESCE((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false)
FROM pg_roles AS role WHERE role.rolname = current_user
"""
_DISABLED = """
SELECT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'O' ORDER BY 1
"""


def database_role() -> DatabaseRole | None:
    """Return the role of this connection; None on SQLite, which has none."""
    if not _is_postgresql():
        return None
    return DatabaseRole(*db.session.execute(text(_ROLE)).one())


def unguarded_tables() -> list[str]:
    """Return the tables with a trigger that somebody disabled; SQLite cannot disable one."""
    return list(db.session.scalars(text(_DISABLED))) if _is_postgresql() else []


def _is_postgresql() -> bool:
    return db.engine.dialect.name == "postgresql"
