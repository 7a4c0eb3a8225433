"""Labels for people: codes, refusals, audit events, kinds of record."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from training.domain.people import refusals as r
from training.domain.people.events import PeopleEvent
from training.kit import card_codes, usernames
from training.models.people.cards import Card, CardEnd
from training.models.people.links import LinkAct, LinkRequest
from training.models.people.people import InactiveReason, Merge, Person, Sex, SpokenLanguage
from training.queries.people.people import PersonKind
from training.web.common.filters import long_date
from training.web.common.labels import Labels

LABELS = Labels(
    words=(
        (PersonKind.TRAINEE, _l("Trainee")),
        (PersonKind.TRAINER, _l("Trainer")),
        (Sex.FEMALE, _l("Female")),
        (Sex.MALE, _l("Male")),
        (SpokenLanguage.ARABIC, _l("Arabic")),
        (SpokenLanguage.SORANI, _l("Kurdish (Sorani)")),
        (SpokenLanguage.KURMANJI, _l("Kurdish (Kurmanji)")),
        (SpokenLanguage.ENGLISH, _l("English")),
        (SpokenLanguage.TURKMEN, _l("Turkmen")),
        (SpokenLanguage.SYRIAC, _l("Syriac")),
        (InactiveReason.LEFT_SERVICE, _l("Left the service")),
        (InactiveReason.RETIRED, _l("Retired")),
        (InactiveReason.DIED, _l("Died")),
        (InactiveReason.REGISTERED_IN_ERROR, _l("Registered in error")),
        (InactiveReason.OTHER, _l("Another reason")),
        (InactiveReason.MERGED, _l("Merged with another record")),
        (PeopleEvent.PERSON_REGISTERED, _l("Person registered")),
        (PeopleEvent.PERSON_CORRECTED, _l("Person corrected")),
        (PeopleEvent.PERSON_TRANSFERRED, _l("Person transferred to another organisation")),
        (PeopleEvent.PERSON_DEACTIVATED, _l("Record of a person deactivated")),
        (PeopleEvent.PERSON_REACTIVATED, _l("Record of a person reactivated")),
        (PeopleEvent.PEOPLE_TOLD_APART, _l("Marked as not duplicates")),
        (PeopleEvent.PEOPLE_NO_LONGER_TOLD_APART, _l("No longer marked as different people")),
        (PeopleEvent.PEOPLE_MERGED, _l("Two records of a person merged")),
        (PeopleEvent.MERGE_UNDONE, _l("Merge of two records undone")),
        (PeopleEvent.PERSON_REMOVED, _l("Person removed")),
        (PeopleEvent.LINK_ASKED, _l("Link of an account and a person: asked for")),
        (PeopleEvent.LINK_MADE, _l("Account and person linked")),
        (PeopleEvent.LINK_PARTED, _l("Account and person unlinked")),
        (PeopleEvent.LINK_REFUSED, _l("Link of an account and a person: refused")),
        (PeopleEvent.LINK_WITHDRAWN, _l("Link of an account and a person: request withdrawn")),
        (LinkAct.LINK, _l("Link them")),
        (LinkAct.PART, _l("Unlink them")),
        (PeopleEvent.CARD_MADE, _l("Card made")),
        (PeopleEvent.CARD_USED, _l("Card used: password set")),
        (PeopleEvent.CARD_ENDED, _l("Card ended")),
        (CardEnd.USED, _l("It was used")),
        (CardEnd.REPLACED, _l("A new card was made")),
        (CardEnd.EXPIRED, _l("Seven days had passed")),
        (CardEnd.WRONG_CODES, _l("Five wrong codes were entered")),
    ),
    tones=(),
    refusals={
        r.PersonIncomplete: lambda _r: _("Enter the name in Latin letters, in Arabic or Kurdish letters, or both"),
        r.NameWithoutLetters: lambda _r: _("A name has letters: enter it as it is written in the person's papers"),
        r.PersonInactive: lambda _r: _("The record of this person is deactivated"),
        r.PersonActive: lambda _r: _("The record of this person is not deactivated"),
        r.MergedAway: lambda _r: _("The record was merged with another: undo the merge instead"),
        r.SamePerson: lambda _r: _("These are the same record"),
        r.SameOrganisation: lambda _r: _("The person belongs to this organisation already"),
        r.TransferOutOfOrder: lambda x: (
            _("The day must lie between %(first)s and today", first=long_date(x.after))
            if x.after
            else _("The day is in the future")
        ),
        r.BothNominated: lambda _r: _(
            "Both are nominated for the same cohort: withdraw one nomination, then merge the records"
        ),
        r.BothHaveAccounts: lambda _r: _("Both have an account, so the records cannot be merged"),
        r.AccountUnknown: lambda _r: _("No account of these organisations has this username"),
        r.LinkedAlready: lambda _r: _("One person has one account: one of the two is linked already"),
        r.NotLinked: lambda _r: _("The account is not linked to this person any more"),
        r.LinkAsked: lambda _r: _(
            "A link of this account or this person is asked for already: decide about that first"
        ),
        r.NotATrainee: lambda _r: _(
            "This account has more than a trainee's role, so no card leads into it: an administrator helps"
        ),
        r.CardRefused: lambda _r: _(
            "The username or the code is not right, or the card no longer works: it works once, for seven days, and "
            "ends after five wrong codes. Your coordinator can make a new one"
        ),
        r.MergeUndone: lambda _r: _("The merge has already been undone"),
        r.MergeActedOn: lambda _r: _(
            "A nomination, completion or clearance of the merged record has since been processed, so the merge "
            "can no longer be undone"
        ),
    },
    records={
        LinkRequest: _l("Link of account and person"),
        Card: _l("Card"),
        Merge: _l("Merged records"),
        Person: _l("Person"),
    },
    filters={"username": usernames.grouped, "card_code": card_codes.grouped},
)
