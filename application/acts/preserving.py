"""The copy of the open ledger's data for an order to preserve: taken, brought up to date, destroyed.

A snapshot is recorded event by event under a subject of its own, each event with the time of the one that it
copies. A legal hold of this ledger keeps it from every period, until the preservation ends: then the hold is
released and the subject erased, which leaves what a certificate proves.
"""

from base64 import b64encode
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import asdict

from application.acts.acting import Act, Permit, act, office_lock
from application.acts.holding import RELEASE
from application.acts.on_orders import ACTIVITY, Facts
from application.queries.desk.data import OrderData, order_data
from application.queries.desk.found_orders import FoundOrder, known_orders
from application.queries.desk.prepared import wanted_to_keep
from application.queries.desk.preserved import (
    SnapshotLook,
    last_look,
    snapshots_in,
    state_of_snapshot,
    together,
    waiting_for_data,
)
from application.queries.keeping.holds import in_force
from application.queries.oversight.emergencies import persons_alone
from application.queries.subjects import streams_of
from application.site import Site
from application.source import Source
from ledger.erasure.eraser import Erasure
from ledger.reading import head_position
from ledger.tlog.store.folder import LogFolder
from projections.reading.views import secrets
from projections.views.orders import is_wanted, standing
from projections.views.secrecy import Preservation, preservations
from rulebook.calendar import day_of
from schemas import PERSONAL_FIELDS, names

_GROUND = "preservation-order"
RELEASES = "preservation-release"
"""The act of two officers who let go what is kept; the clock does the same where the law ends it."""
EVERY = timedelta(days=1)
"""How often a snapshot is brought up to date: what the open ledger got late is copied by then."""


class Snapshot(Struct, frozen=True):
    """What an order keeps: under which subject, of which fields, until which day."""

    subject: str
    fields: tuple[str, ...]
    until: date


class OpenLedger(NamedTuple):
    """The open ledger as it is read, and the files of its log."""

    source: Source
    log: LogFolder


def take(
    site: Site, source: Source, there: OpenLedger, case: FoundOrder, of: Snapshot
) -> SnapshotLook:
    """Copy what an order keeps and the snapshot does not have yet.

    The caller holds the lock of the office. What a killed command began is gone on with.
    """
    position = head_position(there.source.session)
    data = together(
        order_data(there.source, wanted, position, there.log)
        for wanted in wanted_to_keep(source, case, of.fields)
    )
    state = state_of_snapshot(source, streams_of(source, of.subject))
    copies = [
        one for one in _copies(case, of, data) if one.facts["position"] not in state.positions
    ]
    look = SnapshotLook(
        position=data.position,
        persons=len(data.persons),
        records=sum(len(person.records) for person in data.persons),
        added=len(copies),
        missing=sum(gap.values or 0 for gap in data.gaps if gap.reason == "erased"),
    )
    hold = [] if state.begun else [_hold(case, of, names.LEGAL_HOLD_PLACED)]
    act(site, [*hold, *copies, _looked(case, of, look)])
    return look


def _copies(case: FoundOrder, of: Snapshot, data: OrderData) -> Iterator[Act]:
    for person in data.persons:
        for record in person.records:
            facts: Facts = {
                "order_ref": case.order.ref,
                "about": person.subject,
                "position": record.position,
                "entry_source": record.source,
                "entry_id": record.id,
                "leaf": record.leaf,
                **({"held_before": True} if record.held_before is True else {}),
                **({"proof": b64encode(record.proof.encode()).decode()} if record.proof else {}),
            }
            copied = _act(names.DATA_PRESERVED, of.subject, case.provision, facts)
            yield msgspec.structs.replace(
                copied,
                categories=sorted({PERSONAL_FIELDS[field] for field in record.values}),
                personal=dict(record.values),
                time=datetime.fromisoformat(record.occurred_at),
                id=f"{of.subject.removeprefix('visitor/')}.{record.position}",
            )


def _hold(case: FoundOrder, of: Snapshot, name: str) -> Act:
    facts = {"hold_ref": case.order.ref, "ground": _GROUND, "review_on": of.until.isoformat()}
    held = _act(name, of.subject, case.provision, facts)
    categories = sorted({PERSONAL_FIELDS[field] for field in of.fields})
    return msgspec.structs.replace(held, categories=categories)


def held_until(case: FoundOrder, of: Snapshot) -> Act:
    """That a snapshot is kept until another day."""
    return _hold(case, of, names.LEGAL_HOLD_REVIEWED)


def _looked(case: FoundOrder, of: Snapshot, look: SnapshotLook) -> Act:
    facts = {"order_ref": case.order.ref, **asdict(look)}
    return _act(names.PRESERVATION_SNAPSHOT_TAKEN, of.subject, case.provision, facts)


def _act(name: str, subject: str, provision: str | None, facts: Facts) -> Act:
    return Act(name=name, subject=subject, provision=provision, activity=ACTIVITY, facts=facts)


def is_due(source: Source, subject: str) -> bool:
    """Whether a snapshot is to be brought up to date: a day after the look before."""
    last = last_look(source, streams_of(source, subject))
    return last is None or source.now - last.recorded_at >= EVERY


def destroy_ended(site: Site, source: Source) -> list[Erasure]:
    """Destroy every snapshot whose preservation ended and that no open order may need.

    What one officer did alone about the person or the snapshot is approved by a second one first.
    Raises what `Eraser.erase` raises: each erasure that was done by then is committed.
    """
    with office_lock(site):
        return [erasure for ended in _ended(source) for erasure in _destroy(site, source, *ended)]


def _ended(source: Source) -> list[tuple[UUID, str, Preservation]]:
    """The snapshots that nothing keeps any more, each with its person and its preservation."""
    taken = list(_taken(source))
    # What was destroyed before has no reference any more: nothing else is asked about it.
    living = source.opener.references([snapshot for *_, every in taken for snapshot in every])
    return [
        (stream, living[snapshot], one)
        for stream, one, every in taken
        for snapshot in every
        # An earlier imposition is over once there is a later one.
        if snapshot in living and not (snapshot == every[-1] and _goes_on(source, stream, one))
    ]


def _taken(source: Source) -> Iterator[tuple[UUID, Preservation, list[UUID]]]:
    """Every preservation with its person and its snapshots, of whom nothing waits for a second officer."""
    alone = persons_alone(source.session, source.ledger, source.privacy_office, source.now)
    for stream, kept in secrets(source.session):
        for one in preservations(kept, source.now):
            snapshots = snapshots_in(kept, one.order_ref)
            if alone.isdisjoint({stream, *snapshots}):
                yield stream, one, snapshots


def _goes_on(source: Source, stream: UUID, kept: Preservation) -> bool:
    if kept.keeps(day_of(source.now)) and not _is_answered(source, stream, kept):
        return True
    if waiting_for_data(source, stream, kept.order_ref, source.now):
        return True
    # The authority announced the order for the data (annex V): the copy waits for it.
    orders = [order for _, order in known_orders(source, streams=[stream])]
    return is_wanted(kept.order_ref, orders, source.now)


def _is_answered(source: Source, stream: UUID, kept: Preservation) -> bool:
    """Whether the authority has what was copied on receipt: the law keeps it until then, and no longer."""
    return any(
        order.rule is not None
        and order.rule.kept_at_once
        and (state := standing(order, source.now)) is not None
        and state.status == "confirmed"
        for _, order in known_orders(source, streams=[stream], refs=[kept.order_ref])
    )


def _destroy(
    site: Site, source: Source, stream: UUID, subject: str, kept: Preservation
) -> list[Erasure]:
    """Release the hold, and erase the subject: its keys are destroyed, and the journal has it.

    What ended with its last day, or with its answer, is first recorded as released: no officer does that.
    """
    person = source.opener.references([stream]).get(stream)
    if (
        person is not None
        and kept.released_at is None
        and kept.snapshot in streams_of(source, subject)
    ):
        last = min(filter(None, (day_of(source.now), kept.until)))
        facts: Facts = {"order_ref": kept.order_ref, "until": last.isoformat()}
        ended = _act(names.PRESERVATION_RELEASED, person, kept.imposed.provision, facts)
        ended = msgspec.structs.replace(ended, categories=list(kept.categories))
        act(site, [ended], permit=Permit(RELEASES))
    for hold in in_force(source, subject):
        facts = {
            "hold_ref": hold.hold_ref,
            "ground": _GROUND,
            "review_on": hold.review_on.isoformat(),
        }
        released = _act(names.LEGAL_HOLD_RELEASED, subject, kept.imposed.provision, facts)
        released = msgspec.structs.replace(released, categories=hold.categories)
        act(site, [released], permit=Permit(RELEASE))
    return site.eraser().erase(subject, (), "retention")
