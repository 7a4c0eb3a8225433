"""Whether the process and the database are well."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from training.queries import health
from training.web import guard

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@guard.public(because="a load balancer asks, and the answer tells nothing else")
def show() -> ResponseReturnValue:
    """Answer 200 when the database answers, 503 when it does not."""
    is_well = health.database_answers()
    return {
        "process": "well",
        "database": "well" if is_well else "unreachable",
    }, 200 if is_well else 503
