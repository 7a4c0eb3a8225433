"""The health of the process, the database and the work process."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from training.domain.identity.jobs import SILENT
from training.queries.identity import health
from training.web.common import guard

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@guard.public(because="a load balancer asks, and the answer tells nothing else")
def show() -> ResponseReturnValue:
    """Answer 200 if the database responds, else 503; pages are also served without the work process."""
    is_well = health.database_answers()
    return {
        "process": "well",
        "database": "well" if is_well else "unreachable",
        "worker": "well" if is_well and health.is_worker_alive(SILENT) else "silent",
    }, 200 if is_well else 503
