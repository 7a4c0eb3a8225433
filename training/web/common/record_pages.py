"""The page of each kind of record, for those who may open it."""

from collections.abc import Collection, Mapping, Sequence

from flask import url_for

from training.domain.identity.audit import Subject
from training.queries.common import records
from training.queries.common.records import Relation, Way
from training.web.common.guard import actor

_PAGES = {
    "BudgetLine": "finance.budget_lines.show",
    "CeilingChange": "finance.ceilings.show",
    "Claim": "finance.claims.show",
    "ClearanceBatch": "admissions.vetting_uploads.show",
    "Cohort": "oversight.cohort_page.show",
    "Commitment": "finance.commitments.show",
    "Course": "courses.courses.show",
    "LedgerEntry": "oversight.entry_page.show",
    "Nomination": "admissions.nominations.show",
    "NominationBatch": "admissions.nomination_uploads.show",
    "Organisation": "identity.organisations.show",
    "Person": "oversight.person_page.show",
    "Programme": "finance.programmes.show",
    "Project": "finance.projects.show",
    "RightsAssessment": "assurance.rights_assessments.show",
    "SpendBatch": "finance.spend_uploads.show",
    "Venue": "courses.venues.show",
}

SHOWN_WITH: Mapping[str, Sequence[Way]] = {
    "Completion": [[Relation("nomination_id", "Nomination")]],
    "Evidence": [
        [Relation("id", "Claim", "evidence_id")],
        [Relation("id", "ClaimEvidence", "evidence_id"), Relation("claim_id", "Claim")],
    ],
    "KitItem": [[Relation("venue_id", "Venue")]],
    "Merge": [[Relation("kept_id", "Person")]],
    "RightsAttachment": [[Relation("assessment_id", "RightsAssessment")]],
    "RightsMitigation": [[Relation("assessment_id", "RightsAssessment")]],
    "Room": [[Relation("venue_id", "Venue")]],
    "VettingDecision": [[Relation("person_id", "Person")]],
}
"""Kinds without a page of their own: what leads to the record whose page shows them. Evidence is shown with its claim,
whether it came with it or later."""


_LISTED = {"ExchangeRate": "finance.rates.index"}
"""Kinds that only a list shows, which whoever reads the trail may open."""


def addresses_of(subjects: Collection[Subject]) -> Mapping[Subject, str]:
    """Return the address of the page of each record that the reader may open; in one statement for all of them."""
    listed = {one: url_for(_LISTED[one.kind]) for one in subjects if one.kind in _LISTED}
    asked = {one for one in subjects if one.kind in _PAGES or one.kind in SHOWN_WITH}
    found = records.shown_on(asked, SHOWN_WITH, actor())
    return listed | {Subject(*one): url_for(_PAGES[page.kind], public_id=page.public_id) for one, page in found.items()}
