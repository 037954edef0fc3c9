"""Disclosures whose secrecy was lifted, on their way to the open ledger: one way, signed, counted once there.

A message is the disclosure as it was recorded, with its own id, source and time, and without any value of the
person. The same disclosure gives the same bytes each time, so that what is sent again is a duplicate there.
First it is sent, then it is recorded that it was: a crash in between sends it once more.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import sha256

from msgspec import Struct

from application.acts.acting import Act, act, office_lock
from application.answer import Answer
from application.following import bring_up_to_date
from application.queries.oversight.emergencies import persons_alone
from application.site import Site
from ledger.event import RecordedEvent, instant
from ledger.keys.opening import Opener
from ledger.reading import events_but_reads
from ledger.tlog.signing.envelope import enclosed
from ledger.tlog.signing.keys import Signer
from projections.folds.annulment import Name, name_of
from projections.reading.views import secrets as every_secret
from projections.reading.views import secrets_of
from projections.views.secrecy import Secrets, disclosures
from schemas import names
from schemas.encoding import JsonValue, to_json

PAYLOAD_TYPE = "application/cloudevents+json"
# So many are sent, then recorded: as many as are sent once more after a crash.
_TOGETHER = 100
Send = Callable[[Sequence[bytes]], None]
"""Gives lines away, durably on return."""


class _Lifted(Struct, frozen=True):
    """A disclosure that may be told, as it goes out. `order_ref`: of its order, if one is known."""

    event: RecordedEvent
    subject: str
    message: bytes
    order_ref: str | None


class GivenDisclosures(Answer, frozen=True):
    """What was handed over. `sent`: messages; `recorded`: how many of them were recorded as handed over now.

    `erased`: disclosures about persons whom the ledger no longer knows, so it can tell no person of them.
    """

    sent: int
    recorded: int
    erased: int


def hand_over(site: Site, signer: Signer, send: Send, *, again: bool = False) -> GivenDisclosures:
    """Send every disclosure that may be told and was not sent yet, and record that it was.

    What one officer did alone about a person is approved by a second one first: nothing brings it back.
    `again`: those that were sent before as well. Raises what `send` and the signer raise; what was recorded
    by then is sent. A second run finds nothing.
    """
    due, erased = _due(site, again=again)
    recorded = 0
    for start in range(0, len(due), _TOGETHER):
        block = due[start : start + _TOGETHER]
        send([enclosed(one.message, PAYLOAD_TYPE, signer) for one in block])
        recorded += _record(site, block)
    return GivenDisclosures(len(due), recorded, erased)


def _due(site: Site, *, again: bool) -> tuple[list[_Lifted], int]:
    bring_up_to_date(site)
    session = site.session("reader")
    waiting = persons_alone(session, site.ledger, site.privacy_office, site.clock())
    found = {
        stream: lifted
        for stream, secrets in every_secret(session)
        if stream not in waiting and (lifted := _lifted(secrets, site.clock(), again=again))
    }
    references = Opener(session, site.provider, site.ledger).references(found)
    due = [
        _given(event, reference, found[stream][name_of(event)])
        for stream, reference in references.items()
        for event in events_but_reads(session, [stream])
        if name_of(event) in found[stream]
    ]
    erased = sum(len(found[stream]) for stream in found.keys() - references.keys())
    return sorted(due, key=lambda one: (one.event.time, one.event.source, one.event.id)), erased


def _lifted(secrets: Secrets, now: datetime, *, again: bool) -> dict[Name, str | None]:
    """Name of each disclosure that is to be sent -> its order, if one is known."""
    return {
        (one.act.order.source, one.act.order.id): one.order_ref
        for one in disclosures(secrets, now)
        if one.waits or (again and one.secrecy == "lifted")
    }


def _given(event: RecordedEvent, subject: str, order_ref: str | None) -> _Lifted:
    return _Lifted(event, subject, message_of(event, subject), order_ref)


def message_of(event: RecordedEvent, subject: str) -> bytes:
    """The CloudEvent of a disclosure, without values of the person, and without the bar that was lifted."""
    barred = event.facts.get("notice") == "barred"
    facts = {name: fact for name, fact in event.facts.items() if not (barred and name == "notice")}
    about = {
        "activity": event.activity,
        "legal_basis": event.legal_basis,
        "provision": event.provision,
    }
    data: dict[str, JsonValue] = {**facts, "categories": list(event.categories)}
    message: dict[str, JsonValue] = {
        "specversion": "1.0",
        "id": event.id,
        "source": event.source,
        "type": event.type,
        "subject": subject,
        "time": instant(event.time),
        "datacontenttype": "application/json",
        "data": data | {name: value for name, value in about.items() if value is not None},
    }
    return to_json(
        message | ({} if event.sequence is None else {"sequence": event.sequence}), sort_keys=True
    )


def _record(site: Site, sent: Sequence[_Lifted]) -> int:
    """Record that messages were sent, unless another process did so meanwhile; how many were recorded."""
    with office_lock(site):
        streams = [one.event.stream for one in sent]
        secrets = secrets_of(site.session("reader"), streams)
        acts = [
            _act(one)
            for one in sent
            if name_of(one.event) in _lifted(secrets[one.event.stream], site.clock(), again=False)
        ]
        return act(site, acts).recorded if acts else 0


def _act(one: _Lifted) -> Act:
    facts: dict[str, str] = {
        "disclosure_id": one.event.id,
        "source": one.event.source,
        "sha256": sha256(one.message).hexdigest(),
    }
    return Act(
        name=names.DISCLOSURE_HANDED_OVER,
        subject=one.subject,
        facts=facts | ({"order_ref": one.order_ref} if one.order_ref else {}),
        provision=one.event.provision,
    )
