"""What a decision about a bundle changes: balances and months. Pure: nothing here reads or writes.

A payment counts in the month in which it was paid, every other movement in that in which it was approved. Money leaves
a commitment no sooner than the commitment has held it: a payment made before its commitment was approved is spent in
the month of the payment, and leaves the commitment in the month of the approval. The reversal of a payment, and a part
of it that came back, count where the payment did. So neither committed nor spent is negative at the end of any month.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from training.domain.finance.refusals import (
    AlreadyDecided,
    CohortHoldsMoney,
    CommitmentClosed,
    NotOwnProposal,
    NotReversible,
    OverPayment,
    OwnProposal,
    PartCameBack,
)
from training.kit.clock import month_of
from training.models.finance.ledger import Commitment, EntryKind, LedgerEntry, LedgerPosting, Outcome
from training.models.identity.actor import Actor
from training.queries.finance.bundles import Bundle, LockedBundle, Standing

Record = TypeVar("Record")


@dataclass(frozen=True)
class Movement:
    """The change of balances, in pence."""

    allocated: int = 0
    committed: int = 0
    spent: int = 0

    def __add__(self, other: "Movement") -> "Movement":
        """Return the sum of both movements."""
        return Movement(self.allocated + other.allocated, self.committed + other.committed, self.spent + other.spent)

    def reversed(self) -> "Movement":
        """Return the movement that undoes this one."""
        return Movement(-self.allocated, -self.committed, -self.spent)


@dataclass(frozen=True)
class Months:
    """The months in which a movement counts: for what it allocates and spends, and for its change of committed."""

    moved: dt.date
    committed: dt.date


@dataclass(frozen=True)
class Posting:
    """What an entry moves when it is approved, and the months in which that counts."""

    entry: LedgerEntry
    movement: Movement
    months: Months


def check_decidable(bundle: LockedBundle, outcome: Outcome, by: Actor) -> None:
    """Raise OwnProposal, NotOwnProposal or AlreadyDecided unless ``by`` may decide about ``bundle`` with ``outcome``.

    Rule: the one who proposes never approves (acceptance test g).
    """
    is_own = bundle.entries[0].proposer_id == by.user_id
    if is_own and outcome is not Outcome.WITHDRAWN:
        raise OwnProposal
    if not is_own and outcome is Outcome.WITHDRAWN:
        raise NotOwnProposal
    if bundle.is_decided:
        raise AlreadyDecided


def check_reversible(original: Standing) -> None:
    """Raise NotReversible unless ``original`` is approved and in effect, CohortHoldsMoney for a cohort's commitment.

    A payment of which a part came back is reversed for what is left; that part alone can be reversed too.
    """
    entry = original.entry
    if entry.kind is EntryKind.REVERSE or original.posting is None or original.is_reversed:
        raise NotReversible
    if entry.kind is EntryKind.COMMIT and entry.commitment is not None and entry.commitment.cohort_id is not None:
        raise CohortHoldsMoney


def check_refundable(original: Standing, pence: int, minor: int) -> None:
    """Raise NotReversible unless ``original`` is a payment in effect, OverPayment unless it leaves more than ``pence``.

    ``minor`` are the same in units of its currency. Rule: what came back is less than what was paid; all of it is a
    reversal.
    """
    entry = original.entry
    if entry.kind is not EntryKind.PAY or original.posting is None or original.is_reversed:
        raise NotReversible
    if pence >= original.left or minor >= (entry.original or 0) - original.original_back:
        raise OverPayment(original.left)


def _check_undoing(entry: LedgerEntry, original: Standing) -> None:
    """Check an entry that reverses ``original``, or says that a part of it came back, against what is left of it."""
    if entry.kind is EntryKind.REFUND:
        check_refundable(original, entry.amount, entry.original or 0)
        return
    check_reversible(original)
    if entry.amount != original.left:
        raise PartCameBack(original.left)


def postings(bundle: LockedBundle, on: dt.date) -> list[Posting]:
    """Return what each entry of ``bundle`` moves when it is approved on the day ``on``.

    Limits are checked by the write. Raises NotReversible, CohortHoldsMoney, CommitmentClosed, OverPayment,
    PartCameBack.
    """
    for entry in bundle.entries:
        if entry.reverses_id:
            _check_undoing(entry, bundle.originals[entry.reverses_id])
    undone = bundle.undone
    held = defaultdict[int | None, Counter[dt.date]](Counter)
    held.update({key: Counter(changes) for key, changes in bundle.changes.items()})
    found = []
    for entry, moved in zip(bundle.entries, movements(bundle.entries, undone), strict=True):
        months = _months(entry, moved, undone.get(entry.reverses_id or 0), held[entry.commitment_id], on)
        held[entry.commitment_id][months.committed] += moved.committed
        found.append(Posting(entry, moved, months))
    return found


@dataclass(frozen=True)
class _Holding:
    """What a commitment holds before an entry of a bundle; ``committed`` in pence."""

    committed: int
    is_closed: bool


def movements(entries: Sequence[LedgerEntry], undone: Mapping[int, LedgerPosting]) -> list[Movement]:
    """Return what each of ``entries`` changes, after those before it. Raises NotReversible, CommitmentClosed.

    They come with their commitments; ``undone`` holds what the reversed entries moved, by their keys.
    """
    holdings: dict[Commitment | None, _Holding] = {None: _Holding(0, is_closed=True)}
    found = []
    for entry in entries:
        commitment = entry.commitment
        if commitment is not None and commitment not in holdings:
            holdings[commitment] = _Holding(commitment.committed, commitment.is_closed)
        holding = holdings[commitment]
        moved = _movement(entry, holding, undone.get(entry.reverses_id or 0))
        if commitment is not None:
            holdings[commitment] = _Holding(holding.committed + moved.committed, entry.closes)
        found.append(moved)
    return found


_SIGNS = {EntryKind.ALLOCATE: 1, EntryKind.DEALLOCATE: -1}


def _allocated(entry: LedgerEntry, undone: LedgerPosting | None) -> int:
    """Return the change of the line's allocation by an entry; ``undone`` is what it reverses."""
    return -undone.allocated if undone else _SIGNS.get(entry.kind, 0) * entry.amount


def _movement(entry: LedgerEntry, holding: _Holding, undone: LedgerPosting | None) -> Movement:
    """Return the movement of an entry whose commitment holds ``holding``; ``undone`` is what it reverses."""
    if entry.kind in _SIGNS:
        return Movement(allocated=_allocated(entry, undone))
    if entry.kind in {EntryKind.REVERSE, EntryKind.REFUND}:
        return _undoing(entry, undone)
    if holding.is_closed:
        raise CommitmentClosed
    if entry.kind is EntryKind.COMMIT:
        return Movement(committed=entry.amount)
    if entry.kind is EntryKind.RELEASE:
        return Movement(committed=-entry.amount)
    freed = max(holding.committed, entry.amount) if entry.closes else entry.amount
    return Movement(committed=-freed, spent=entry.amount)


def _undoing(entry: LedgerEntry, undone: LedgerPosting | None) -> Movement:
    """Return the movement that undoes ``undone``, or of a payment as much as ``entry`` says."""
    if undone is None:
        raise NotReversible
    if entry.kind is EntryKind.REFUND:
        return Movement(committed=-entry.amount, spent=entry.amount).reversed()
    came_back = undone.spent - entry.amount if undone.spent > 0 else 0
    return Movement(undone.allocated, undone.committed + came_back, undone.spent - came_back).reversed()


def _months(
    entry: LedgerEntry, moved: Movement, undone: LedgerPosting | None, held: Mapping[dt.date, int], on: dt.date
) -> Months:
    """Return the months in which a movement approved ``on`` a day counts.

    ``held`` is the change of the commitment's balance in each month, ``undone`` what the entry reverses.
    """
    if undone is not None and undone.spent:
        return Months(undone.month, _month_of_undoing(moved, undone, held))
    month = month_of(entry.claim.paid_on if entry.claim else on)
    if entry.commitment_id is None or moved.committed >= 0:
        return Months(month, month)
    return Months(month, max(month, _held_since(held, -moved.committed)))


def _month_of_undoing(moved: Movement, undone: LedgerPosting, held: Mapping[dt.date, int]) -> dt.date:
    """Return the month of ``undone``; what came back and did not, once the commitment has held it."""
    if moved.committed >= 0:
        return undone.committed_month
    return max(undone.committed_month, _held_since(held, -moved.committed))


def _held_since(changes: Mapping[dt.date, int], pence: int) -> dt.date:
    """Return the earliest month from whose end the commitment has continuously held at least ``pence``."""
    since, held = dt.date.min, 0
    for month, change in sorted(changes.items()):
        if held < pence:
            since = month
        held += change
    return since


def totals(records: Iterable[Record | None], moved: Iterable[Movement]) -> dict[Record, Movement]:
    """Return the total change of each record's balances; ``records`` and ``moved`` are parallel."""
    sums: dict[Record, Movement] = {}
    for record, movement in zip(records, moved, strict=True):
        if record is not None:
            sums[record] = sums.get(record, Movement()) + movement
    return sums


@dataclass(frozen=True)
class MonthlyChange:
    """The change of the totals of a line in one month; pence."""

    committed: int = 0
    spent: int = 0
    expected: int = 0

    def __add__(self, other: "MonthlyChange") -> "MonthlyChange":
        """Return the sum of both changes."""
        return MonthlyChange(self.committed + other.committed, self.spent + other.spent, self.expected + other.expected)


LineAndMonth = tuple[int, dt.date]
"""The key of a line and the first day of a month."""


def monthly_changes(posted: Iterable[Posting]) -> dict[LineAndMonth, MonthlyChange]:
    """Return the changes of the monthly totals by postings, without those that are zero."""
    changes = defaultdict[LineAndMonth, MonthlyChange](MonthlyChange)
    for one in posted:
        line, moved = one.entry.line_id, one.movement
        changes[line, one.months.committed] += MonthlyChange(committed=moved.committed)
        changes[line, one.months.moved] += MonthlyChange(spent=moved.spent)
        if one.entry.commitment is not None:
            changes[line, month_of(one.entry.commitment.expected_on)] += MonthlyChange(expected=moved.committed)
    return {place: change for place, change in changes.items() if change != MonthlyChange()}


def rescheduled(commitment: Commitment, day: dt.date) -> dict[LineAndMonth, MonthlyChange]:
    """Return the changes of the monthly totals when the payment of ``commitment`` moves to ``day``."""
    before, after = month_of(commitment.expected_on), month_of(day)
    if before == after:
        return {}
    pence = commitment.committed
    return {
        (commitment.line_id, before): MonthlyChange(expected=-pence),
        (commitment.line_id, after): MonthlyChange(expected=pence),
    }


@dataclass(frozen=True)
class Summary:
    """The total of a bundle in pence; the two halves of a transfer count once."""

    amount: int
    is_transfer: bool


def summary(bundle: Bundle) -> Summary:
    """Return the summary of ``bundle``. A transfer or its reversal moves one amount from line to line."""
    changes = [_allocated(entry, bundle.undone.get(entry.reverses_id or 0)) for entry in bundle.entries]
    is_transfer = any(changes) and not sum(changes)
    return Summary(bundle.first.amount if is_transfer else sum(entry.amount for entry in bundle.entries), is_transfer)
