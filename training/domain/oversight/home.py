"""The first page: what waits for the reader, gathered by cohort."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from training.domain.finance.decisions import Summary, summary
from training.domain.oversight import opening
from training.models.admissions.nominations import Nomination, NominationState
from training.models.admissions.notifications import Notice
from training.models.courses.cohorts import Cohort
from training.models.outcomes.completions import Completion
from training.queries.finance.bundles import Bundle


@dataclass
class CohortTasks:
    """What one cohort asks of the reader.

    ``steps`` has the number of nominees at each step; ``lapsing`` the nominees with the last day of their clearance.
    """

    cohort: Cohort
    notices: list[Notice] = field(default_factory=list)
    steps: dict[NominationState, int] = field(default_factory=dict)
    claims: list[Completion] = field(default_factory=list)
    in_vetting: list[Nomination] = field(default_factory=list)
    lapsing: list[tuple[Nomination, date]] = field(default_factory=list)
    is_nominable: bool = False
    is_taught: bool = False


@dataclass
class Tasks:
    """What waits for the reader about cohorts, as it was read."""

    notices: Sequence[Notice] = ()
    steps: Iterable[tuple[Cohort, NominationState, int]] = ()
    claims: Sequence[Completion] = ()
    in_vetting: Sequence[Nomination] = ()
    lapsing: Sequence[tuple[Nomination, date]] = ()
    nominable: Sequence[Cohort] = ()
    taught: Sequence[Cohort] = ()

    def by_cohort(self) -> list[CohortTasks]:
        """Return it by cohort, the first to begin first."""
        found: dict[int, CohortTasks] = {}

        def of(cohort: Cohort) -> CohortTasks:
            return found.setdefault(cohort.id, CohortTasks(cohort))

        self._add_people(of)
        for cohort, state, number in self.steps:
            of(cohort).steps[state] = number
        for cohort in self.nominable:
            of(cohort).is_nominable = True
        for cohort in self.taught:
            of(cohort).is_taught = True
        return sorted(found.values(), key=lambda tasks: (tasks.cohort.starts_on, tasks.cohort.id))

    def _add_people(self, of: Callable[[Cohort], CohortTasks]) -> None:
        for notice in self.notices:
            of(notice.nomination.cohort).notices.append(notice)
        for claim in self.claims:
            of(claim.nomination.cohort).claims.append(claim)
        for nomination in self.in_vetting:
            of(nomination.cohort).in_vetting.append(nomination)
        for nomination, until in self.lapsing:
            of(nomination.cohort).lapsing.append((nomination, until))


@dataclass(frozen=True)
class Request:
    """A proposal that waits for the reader, whatever the number of its entries.

    ``is_late`` if its cohort was to begin already.
    """

    bundle: Bundle
    summary: Summary
    is_late: bool


def requests(bundles: Iterable[Bundle], today: date) -> list[Request]:
    """Return proposals with their sums, and whether the first day of their cohort has come."""
    return [Request(bundle, summary(bundle), opening.is_late(bundle.cohort, today)) for bundle in bundles]
