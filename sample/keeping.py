"""What the sample no longer holds: values whose period of retention had passed at its end.

The acts remain, as they do when a provider that keeps the rules loads its history into a ledger. A planted
`law.retention.passed` is left as it is.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache

import rulebook
from rulebook import Anchor
from sample.event import Publication
from schemas import PERSONAL_FIELDS, names

RULE = "law.retention.passed"
# Who reads the findings a little later than the sample was made finds the same.
MARGIN = timedelta(days=2)
Anchors = Mapping[Anchor, date]
NOTHING: Anchors = {}
_Frozen = tuple[tuple[Anchor, date], ...]
# Events from which a period runs, and the one after which it no longer does.
BEGINS: Mapping[str, Anchor] = {
    names.ACCOUNT_DEACTIVATED: "account-closed",
    names.CONTACT_PERSON_REMOVED: "account-closed",
    names.PORTAL_ACCOUNT_CLOSED: "portal-closed",
    names.EMPLOYMENT_ENDED: "employment-ended",
    names.INVOICE_SENT: "invoice",
    names.CREDIT_CHECK_RESULT_RECEIVED: "decision",
    names.AUTOMATED_DECISION_MADE: "decision",
    names.COLLECTION_CLOSED: "settled",
    names.MISUSE_RESOLVED: "case-closed",
}
REOPENED = names.ACCOUNT_REACTIVATED


def kept(told: Sequence[Publication], end: datetime) -> list[Publication]:
    """The same in order of time, without values that may no longer be there at the local moment `end`."""
    known: dict[str, dict[Anchor, date]] = {}
    for one in told:
        _note(known.setdefault(one.event["subject"], {}), one)
    return [fresh(one, end, _around(known, one.event["subject"])) for one in told]


def fresh(one: Publication, end: datetime, anchors: Anchors = NOTHING) -> Publication:
    """One message without such values; `anchors`: what is known of its subject."""
    personal = one.event["data"].get("personal")
    if not personal or RULE in one.breaks:
        return one
    known = tuple(sorted({**anchors, "collected": _day(one)}.items()))
    left = {
        field: value
        for field, value in personal.items()
        if not _has_passed(PERSONAL_FIELDS[field], known, end)
    }
    if len(left) == len(personal):
        return one
    data = {name: value for name, value in one.event["data"].items() if name != "personal"}
    return one._replace(event={**one.event, "data": data | ({"personal": left} if left else {})})


def _day(one: Publication) -> date:
    """When it occurred, in Amsterdam: a log may be published days later."""
    return date.fromisoformat(one.event["time"][:10])


def _note(anchors: dict[Anchor, date], one: Publication) -> None:
    name = one.event["type"].split(".")[3]
    if name == REOPENED:
        anchors.pop("account-closed", None)
    elif name in BEGINS:
        anchors[BEGINS[name]] = _day(one)


def _around(known: Mapping[str, Anchors], subject: str) -> Anchors:
    """Of a contact person, the end of the customer's account counts as well."""
    own, customer = known[subject], known.get(subject.partition("/contact/")[0], NOTHING)
    closed = customer.get("account-closed")
    return own if closed is None else {"account-closed": closed, **own}


@lru_cache(256)  # events of one day come one after the other
def _has_passed(category: str, anchors: _Frozen, end: datetime) -> bool:
    until = rulebook.retention_due(category, dict(anchors), end.date()).until
    return until is not None and until <= (end + MARGIN).date()
