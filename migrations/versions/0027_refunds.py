"""Part of a payment can come back: less than was paid, tied to the payment."""

from alembic import op

from training.kit.migrate import change_check

revision = "0027"
down_revision = "0026"

_KINDS = "'allocate', 'deallocate', 'commit', 'pay', 'release', 'reverse'"
_CHECKS = (
    ("entrykind", f"kind IN ({_KINDS})", f"kind IN ({_KINDS}, 'refund')"),
    (
        "reverse_names_entry",
        "(kind = 'reverse') = (reverses_id IS NOT NULL)",
        "(kind IN ('reverse', 'refund')) = (reverses_id IS NOT NULL)",
    ),
    (
        "payment_has_original",
        "(claim_id IS NULL) = (original IS NULL)",
        "(kind IN ('pay', 'refund')) = (original IS NOT NULL)",
    ),
    (
        "has_commitment",
        "kind NOT IN ('commit', 'pay', 'release') OR commitment_id IS NOT NULL",
        "kind NOT IN ('commit', 'pay', 'release', 'refund') OR commitment_id IS NOT NULL",
    ),
)
_DAY = "DATE CONSTRAINT ck_ledger_entries_refund_has_day CHECK ((kind = 'refund') = (came_back_on IS NOT NULL))"

# What came back of the payment `paid`, without what is decided now and without parts whose reversal was approved.
_BACK = """
    (SELECT COALESCE(SUM(part.amount), 0) FROM ledger_entries part
     JOIN approvals decided ON decided.entry_id = part.id AND decided.outcome = 'approved'
     WHERE part.reverses_id = paid.id AND part.kind = 'refund'
     AND NOT EXISTS (SELECT 1 FROM approvals undoing WHERE undoing.reverses_id = part.id))
"""
_REVERSED = "EXISTS (SELECT 1 FROM approvals undoing WHERE undoing.reverses_id = {}.id)"
# An approval is wrong if it lets more than a part come back, reverses another amount than is left of a payment, or
# reverses a part of a payment that was itself reversed.
_WRONG = f"""
    EXISTS (
        SELECT 1 FROM ledger_entries entry JOIN ledger_entries paid ON paid.id = entry.reverses_id
        WHERE entry.id = NEW.entry_id AND NEW.outcome = 'approved' AND (
            (entry.kind = 'refund' AND (paid.kind <> 'pay' OR {_REVERSED.format("paid")}
             OR {_BACK} + entry.amount >= paid.amount))
            OR (entry.kind = 'reverse' AND paid.kind = 'pay' AND {_BACK} + entry.amount <> paid.amount)
            OR (entry.kind = 'reverse' AND paid.kind = 'refund' AND EXISTS (
                SELECT 1 FROM approvals undoing WHERE undoing.reverses_id = paid.reverses_id))
        )
    )
"""  # noqa: S608  # of constants
_WORDS = "more would come back than was paid"


def upgrade() -> None:
    """Add the kind and its day, and triggers that hold what comes back below what was paid."""
    for name, before, after in _CHECKS:
        change_check("ledger_entries", name, before, after)
    op.execute(f"ALTER TABLE ledger_entries ADD COLUMN came_back_on {_DAY}")
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER approvals_no_more_back BEFORE INSERT ON approvals WHEN {_WRONG} "
            f"BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END"
        )
        return
    # The payment is locked, so that of two approvals at once the second counts the first.
    op.execute(
        "CREATE FUNCTION approvals_hold_back() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "PERFORM 1 FROM ledger_entries paid JOIN ledger_entries entry ON paid.id = entry.reverses_id "
        "WHERE entry.id = NEW.entry_id FOR UPDATE OF paid; "
        f"IF {_WRONG} THEN RAISE EXCEPTION '{_WORDS}'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER approvals_no_more_back BEFORE INSERT ON approvals "
        "FOR EACH ROW EXECUTE FUNCTION approvals_hold_back()"
    )


def downgrade() -> None:
    """Take it away. Raises RuntimeError if a part of a payment came back: an older ledger cannot say so."""
    if op.get_bind().exec_driver_sql("SELECT COUNT(*) FROM ledger_entries WHERE kind = 'refund'").scalar_one():
        raise RuntimeError("parts of payments came back: an older version cannot tell")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER approvals_no_more_back")
    else:
        op.execute("DROP TRIGGER approvals_no_more_back ON approvals")
        op.execute("DROP FUNCTION approvals_hold_back()")
    op.drop_column("ledger_entries", "came_back_on")
    for name, before, after in _CHECKS:
        change_check("ledger_entries", name, after, before)
