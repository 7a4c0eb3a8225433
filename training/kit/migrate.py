"""Run the migrations from Python, in the same way for the command, the check and the tests."""

from alembic import command, op
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from training.kit.resources import ROOT

_MIGRATIONS = ROOT / "migrations"


def configuration(engine: Engine) -> Config:
    """Return the Alembic configuration that works on ``engine``."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", str(_MIGRATIONS / "versions"))
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Upgrade the database to ``revision``."""
    command.upgrade(configuration(engine), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Downgrade the database to ``revision`` (``base`` is empty)."""
    command.downgrade(configuration(engine), revision)


def knows(revision: str) -> bool:
    """Return whether this release has the migration ``revision``."""
    return any(each.revision == revision for each in ScriptDirectory(str(_MIGRATIONS)).walk_revisions())


def refuse_change(table: str) -> None:
    """Make a table append-only: triggers reject UPDATE, REPLACE, DELETE and TRUNCATE. For use in a migration.

    The owner of a PostgreSQL database can still drop a trigger; ``ledger verify`` detects later changes.
    """
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        refuse_replacement(table)
        return
    op.execute(
        f"CREATE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_is_append_only()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_append_only()"
    )


def refuse_replacement(table: str) -> None:
    """Reject inserts under an existing key by a trigger, on SQLite. For use in a migration.

    There REPLACE deletes the older row without firing the delete triggers, unless the connection
    asked for it. PostgreSQL knows no REPLACE, and what it does on a conflict is a change. Raises LookupError for a
    table that has a key of some of its rows alone.
    """
    if op.get_bind().dialect.name != "sqlite":
        return
    allow_replacement(table)
    same = " OR ".join(
        f"EXISTS (SELECT 1 FROM {table} WHERE {' AND '.join(f'{name} = NEW.{name}' for name in key)})"
        for key in _keys_of(table)
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {same} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )


def _keys_of(table: str) -> list[list[str]]:
    """Return the columns of each unique key of a table on SQLite."""
    bind = op.get_bind()
    keys = [[name for _, name, *_, place in bind.exec_driver_sql(f"PRAGMA table_info({table})") if place]]
    for _, index, is_unique, _, is_partial in bind.exec_driver_sql(f"PRAGMA index_list({table})").all():
        if is_unique and is_partial:
            raise LookupError(f"{index} is a key of some rows of {table} alone")
        if is_unique:
            keys.append([name for _, _, name in bind.exec_driver_sql(f"PRAGMA index_info({index})")])
    return keys


def allow_replacement(table: str) -> None:
    """Drop the trigger of ``refuse_replacement`` if the table has it."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER IF EXISTS {table}_no_replace")


def allow_change(table: str) -> None:
    """Drop the triggers of ``refuse_change``, so that the table can be dropped."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(f"DROP TRIGGER {table}_no_{act.lower()}")
        allow_replacement(table)
        return
    op.execute(f"DROP TRIGGER {table}_no_truncate ON {table}")
    op.execute(f"DROP TRIGGER {table}_no_change ON {table}")
    op.execute(f"DROP FUNCTION {table}_is_append_only()")


def refuse_own(table: str, account: str, person: str) -> None:
    """Refuse rows in which an account acts on the person to whom it is linked. For use in a migration.

    ``account`` is the column of the acting account, ``person`` an SQL expression of ``NEW`` for the person concerned.
    A CHECK sees one row alone, and who an account belongs to stands in another; the trigger fails as a CHECK does.
    """
    name = f"{table}_{account}_not_own"
    own = f"EXISTS (SELECT 1 FROM users WHERE users.id = NEW.{account} AND users.person_id IN ({person}))"
    if op.get_bind().dialect.name == "sqlite":
        for suffix, act in (("insert", "INSERT"), ("update", f"UPDATE OF {account}")):
            op.execute(
                f"CREATE TRIGGER {name}_{suffix} BEFORE {act} ON {table} WHEN {own} "
                f"BEGIN SELECT RAISE(ABORT, '{name}'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {own} THEN RAISE EXCEPTION '{name}' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} BEFORE INSERT OR UPDATE OF {account} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
    )


def allow_own(table: str, account: str) -> None:
    """Drop the triggers of ``refuse_own``."""
    name = f"{table}_{account}_not_own"
    if op.get_bind().dialect.name == "sqlite":
        for suffix in ("insert", "update"):
            op.execute(f"DROP TRIGGER {name}_{suffix}")
        return
    op.execute(f"DROP TRIGGER {name} ON {table}")
    op.execute(f"DROP FUNCTION {name}()")


def change_check(table: str, name: str, before: str, after: str) -> None:
    """Change the condition of a CHECK constraint that rows already satisfy. For use in a migration.

    SQLite cannot alter one, and a table that others refer to cannot be recreated inside a transaction; its
    documentation (lang_altertable, "making other kinds of table schema changes") describes this way for constraints
    that do not affect stored data. Raises LookupError when the table has no such condition.
    """
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, after)
        return
    bind = op.get_bind()
    written = bind.execute(text("SELECT sql FROM sqlite_master WHERE name = :table"), {"table": table}).scalar_one()
    if before not in written:
        raise LookupError(f"{table} has no CHECK ({before})")
    version = bind.exec_driver_sql("PRAGMA schema_version").scalar_one()
    bind.exec_driver_sql("PRAGMA writable_schema=ON")
    changed = text("UPDATE sqlite_master SET sql = :sql WHERE type = 'table' AND name = :table")
    bind.execute(changed, {"sql": written.replace(before, after), "table": table})
    bind.exec_driver_sql(f"PRAGMA schema_version={version + 1}")
    bind.exec_driver_sql("PRAGMA writable_schema=OFF")
