"""Rows of a spend file are grouped and decided about: not ours, another programme's, money back of a payment."""

from alembic import op

from training.kit.migrate import change_check

revision = "0028"
down_revision = "0027"

_OUTCOMES = "'new', 'known', 'faulty'"
_FAULTS = (
    "'amount_unreadable', 'not_positive', 'payee_missing', 'too_long', 'in_future', 'outside_programme', "
    "'no_commitment', 'commitment_unknown', 'several_commitments'"
)
_NEW = "'date_ambiguous', 'date_number', 'other_calendar', 'two_amounts', 'other_currency', 'hidden_row', 'no_payment'"
_CHECKS = (
    ("rowoutcome", f"outcome IN ({_OUTCOMES})", f"outcome IN ({_OUTCOMES}, 'not_ours', 'elsewhere', 'given_back')"),
    (
        "fault",
        f"fault IN ('date_unreadable', {_FAULTS})",
        f"fault IN ('date_unreadable', {_FAULTS}, {_NEW})",
    ),
)


def upgrade() -> None:
    """Add the codes, and the entry of money back."""
    for name, before, after in _CHECKS:
        change_check("spend_rows", name, before, after)
    whole = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    reference = "CONSTRAINT fk_spend_rows_refund_id REFERENCES ledger_entries (id)"
    op.execute(f"ALTER TABLE spend_rows ADD COLUMN refund_id {whole} {reference}")
    op.create_index("uq_spend_rows_refund_id", "spend_rows", ["refund_id"], unique=True)


def downgrade() -> None:
    """Take it away. What only a newer version could say of a row is said again by the next preview."""
    op.execute(f"DELETE FROM spend_rows WHERE fault IN ({_NEW})")  # noqa: S608  # of constants
    op.execute("DELETE FROM spend_rows WHERE outcome IN ('not_ours', 'elsewhere', 'given_back')")
    for name, before, after in _CHECKS:
        change_check("spend_rows", name, after, before)
    op.drop_index("uq_spend_rows_refund_id", table_name="spend_rows")
    op.drop_column("spend_rows", "refund_id")
