"""Disclosures that are not secret, on their way to the open ledger: one way, signed, counted once there.

A message is the disclosure as it was recorded, with its own id, source and time, and without any value of
the person. What is given for an order without secrecy, as of the tax office, is no disclosure of this
ledger: its message is made of the execution. The same disclosure gives the same bytes each time, so that
what is sent again is a duplicate there. First it is sent, then it is recorded that it was: a crash in
between sends it once more.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from msgspec import Struct

from application.acts.acting import Act, act, one_at_a_time
from application.acts.executing import disclosure_of
from application.acts.on_orders import Facts
from application.answer import Answer
from application.following import bring_up_to_date
from application.queries.oversight.emergencies import done_alone
from application.site import Site
from ledger.event import RecordedEvent, instant
from ledger.keys.opening import Opener
from ledger.reading import events_but_reads
from ledger.storage.postgres import Session
from ledger.tlog.signing.envelope import enclosed
from ledger.tlog.signing.keys import Signer
from projections.folds.annulment import Name, name_of
from projections.reading.views import orders as orders_of
from projections.reading.views import secrets as every_secret
from projections.reading.views import secrets_of
from projections.views.order_acts import OrderAct
from projections.views.orders import Order, open_executions
from projections.views.secrecy import Secrets, disclosures
from schemas import PERSONAL_FIELDS, names
from schemas.encoding import JsonValue, to_json
from schemas.names import type_of

PAYLOAD_TYPE = "application/cloudevents+json"
# So many are sent, then recorded: as many as are sent once more after a crash.
_TOGETHER = 100
Send = Callable[[Sequence[bytes]], None]
"""Gives lines away, durably on return."""


class _Given(Struct, frozen=True):
    """A disclosure that may be told, as it goes out. `order_ref`: of its order, if one is known."""

    stream: UUID
    name: Name
    time: datetime
    subject: str
    provision: str | None
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


def _due(site: Site, *, again: bool) -> tuple[list[_Given], int]:
    bring_up_to_date(site)
    session, now = site.session("reader"), site.clock()
    alone = done_alone(session, site.ledger, site.privacy_office, now)
    waiting = {one.event.stream for one in alone}
    lifted = {
        stream: found
        for stream, secrets in every_secret(session)
        if stream not in waiting and (found := _lifted(secrets, now, again=again))
    }
    openly = [
        (stream, order, act)
        for stream, order in orders_of(session)
        for act in open_executions(order, now, again=again)
        if stream not in waiting
    ]
    streams = {*lifted, *(stream for stream, _, _ in openly)}
    known = Opener(session, site.provider, site.ledger).references(streams)
    due = [*_given(session, lifted, known), *_given_openly(openly, known)]
    asked = sum(map(len, lifted.values())) + len(openly)
    return sorted(due, key=lambda one: (one.time, one.name)), asked - len(due)


def _lifted(secrets: Secrets, now: datetime, *, again: bool) -> dict[Name, str | None]:
    """Name of each disclosure that is to be sent -> its order, if one is known."""
    return {
        (one.act.order.source, one.act.order.id): one.order_ref
        for one in disclosures(secrets, now)
        if one.waits or (again and one.secrecy == "lifted")
    }


def _given(
    session: Session,
    lifted: Mapping[UUID, Mapping[Name, str | None]],
    references: Mapping[UUID, str],
) -> Iterator[_Given]:
    """The disclosures whose secrecy was lifted, of persons whom the ledger still knows."""
    for stream in lifted.keys() & references.keys():
        subject = references[stream]
        for event in events_but_reads(session, [stream]):
            name = name_of(event)
            if name in lifted[stream]:
                message, ref = message_of(event, subject), lifted[stream][name]
                yield _Given(stream, name, event.time, subject, event.provision, message, ref)


def _given_openly(
    executions: Sequence[tuple[UUID, Order, OrderAct]], references: Mapping[UUID, str]
) -> Iterator[_Given]:
    """The disclosures that executions were, each under the id that its execution names."""
    for stream, order, executed in executions:
        if stream in references:
            subject, facts = references[stream], executed.facts
            name = (executed.order.source, str(facts["disclosure_id"]))
            message = _message_of_execution(order, executed, subject)
            yield _Given(
                stream, name, executed.time, subject, executed.provision, message, order.ref
            )


def _message_of_execution(order: Order, executed: OrderAct, subject: str) -> bytes:
    """The CloudEvent of the disclosure that an execution was."""
    facts = executed.facts
    days: Facts = {name: facts[name] for name in ("period_from", "period_to") if name in facts}
    told = disclosure_of(order, subject, facts["fields"], facts.get("recipient"), days)
    data: dict[str, JsonValue] = {
        **told.facts,
        "categories": sorted({PERSONAL_FIELDS[field] for field in facts["fields"]}),
        "activity": told.activity,
        "legal_basis": told.legal_basis,
        "provision": told.provision,
    }
    message: dict[str, JsonValue] = {
        "specversion": "1.0",
        "id": str(facts["disclosure_id"]),
        "source": executed.order.source,
        "type": type_of(told.name),
        "subject": subject,
        "time": instant(executed.time),
        "datacontenttype": "application/json",
        "data": data,
    }
    return to_json(message, sort_keys=True)


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


def _record(site: Site, sent: Sequence[_Given]) -> int:
    """Record that messages were sent, unless another process did so meanwhile; how many were recorded."""
    with one_at_a_time(site):
        session, now = site.session("reader"), site.clock()
        streams = list({one.stream for one in sent})
        due = {
            (stream, name)
            for stream, secrets in secrets_of(session, streams).items()
            for name in _lifted(secrets, now, again=False)
        }
        due |= {
            (stream, (act.order.source, str(act.facts["disclosure_id"])))
            for stream, order in orders_of(session, streams=streams)
            for act in open_executions(order, now)
        }
        acts = [_act(one) for one in sent if (one.stream, one.name) in due]
        return act(site, acts).recorded if acts else 0


def _act(one: _Given) -> Act:
    source, id = one.name
    facts: dict[str, str] = {
        "disclosure_id": id,
        "source": source,
        "sha256": sha256(one.message).hexdigest(),
    }
    return Act(
        name=names.DISCLOSURE_HANDED_OVER,
        subject=one.subject,
        facts=facts | ({"order_ref": one.order_ref} if one.order_ref else {}),
        provision=one.provision,
    )
