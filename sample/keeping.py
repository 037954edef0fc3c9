"""Values that the sample no longer holds, because their period of retention had passed at its end.

The acts remain, as they do when a provider that keeps the rules loads its history into a ledger. A planted
`law.retention.passed` stays as it is.
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


def kept(messages: Sequence[Publication], end: datetime) -> list[Publication]:
    """The messages in order of time, without values that may no longer be there at the local moment `end`."""
    by_subject: dict[str, dict[Anchor, date]] = {}
    for message in messages:
        _note(by_subject.setdefault(message.event["subject"], {}), message)
    return [
        fresh(message, end, _around(by_subject, message.event["subject"])) for message in messages
    ]


def fresh(message: Publication, end: datetime, anchors: Anchors = NOTHING) -> Publication:
    """One message without such values; `anchors`: what is known of its subject."""
    personal = message.event["data"].get("personal")
    if not personal or RULE in message.breaks:
        return message
    known_anchors = tuple(sorted({**anchors, "collected": _day(message)}.items()))
    remaining = {
        field: value
        for field, value in personal.items()
        if not _has_passed(PERSONAL_FIELDS[field], known_anchors, end)
    }
    if len(remaining) == len(personal):
        return message
    data = {name: value for name, value in message.event["data"].items() if name != "personal"}
    return message._replace(
        event={**message.event, "data": data | ({"personal": remaining} if remaining else {})}
    )


def _day(message: Publication) -> date:
    """When it occurred, in Amsterdam: a log may be published days later."""
    return date.fromisoformat(message.event["time"][:10])


def _note(anchors: dict[Anchor, date], message: Publication) -> None:
    name = message.event["type"].split(".")[3]
    if name == REOPENED:
        anchors.pop("account-closed", None)
    elif name in BEGINS:
        anchors[BEGINS[name]] = _day(message)


def _around(by_subject: Mapping[str, Anchors], subject: str) -> Anchors:
    """The end of the customer's account counts for a contact person as well."""
    anchors = by_subject[subject]
    customer = by_subject.get(subject.partition("/contact/")[0], NOTHING)
    closed = customer.get("account-closed")
    return anchors if closed is None else {"account-closed": closed, **anchors}


@lru_cache(256)  # events of one day come one after the other
def _has_passed(category: str, anchors: _Frozen, end: datetime) -> bool:
    until = rulebook.retention_due(category, dict(anchors), end.date()).until
    return until is not None and until <= (end + MARGIN).date()
