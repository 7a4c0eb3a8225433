"""Labels for completions: codes, refusals, audit events, kinds of record."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from training.domain.outcomes import refusals as r
from training.domain.outcomes.events import CompletionEvent
from training.models.outcomes.completions import Completion, CompletionState
from training.web.common.filters import long_date
from training.web.common.labels import Labels

LABELS = Labels(
    words=(
        (CompletionState.CLAIMED, _l("Completion claimed")),
        (CompletionState.CONFIRMED, _l("Completion confirmed")),
        (CompletionState.REFUSED, _l("Completion refused")),
        (CompletionEvent.COMPLETION_CLAIMED, _l("Completion claimed")),
        (CompletionEvent.COMPLETION_CONFIRMED, _l("Completion confirmed")),
        (CompletionEvent.COMPLETION_REFUSED, _l("Completion refused")),
    ),
    tones=(
        (CompletionState.CLAIMED, "yellow"),
        (CompletionState.CONFIRMED, "green"),
        (CompletionState.REFUSED, "red"),
    ),
    refusals={
        r.NotSeated: lambda _r: _("Only somebody with a confirmed seat can complete the course"),
        r.OwnCompletion: lambda _r: _("Nobody confirms their own completion"),
        r.CompletedOutsideCohort: lambda x: _(
            "The day must lie between %(first)s and %(last)s",
            first=long_date(x.first),
            last=long_date(x.last),
        ),
    },
    records={
        Completion: _l("Completion"),
    },
)
