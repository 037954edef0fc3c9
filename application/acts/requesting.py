"""Requests of persons: how one is opened, and whether its state allows an act."""

import secrets
from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from application.acts.acting import Act, Permit, Voice, act, one_at_a_time
from application.following import bring_up_to_date
from application.lookups import alike, names_of
from application.queries.cases.found_requests import FoundRequest, NotAllowed, find
from application.queries.subjects import check_person, is_erased, known_streams
from application.site import Site
from application.source import Source
from ledger.errors import Misconfigured
from projections.reading.request_acts import ActOn, hindrance
from projections.reading.views import register_entries, requests
from rulebook import provision_of
from rulebook.calendar import day_of
from schemas import names

CHANNELS = ("post", "email", "portal", "phone", "other")
"""How a request may come in."""
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


class NewRequest(Struct, frozen=True):
    """A request that came in. `objection`: the activity objected to, and why.

    `unknown`: nothing is known of the person, who has the right to be told so. `letter`: what they wrote.
    `voice`: who says that it came in, where that is not the office.
    """

    subject: str
    right: str
    channel: str
    received_on: str | None = None
    ref: str | None = None
    objection: tuple[str, str] | None = None
    unknown: bool = False
    letter: str | None = None
    voice: Voice | None = None


def objection_of(right: str, activity: str | None, ground: str) -> tuple[str, str] | None:
    """What is objected to, and why; None for another right. Raises Misconfigured."""
    if (right == "objection") != (activity is not None):
        raise Misconfigured("expected for an objection, and for nothing else", field="activity")
    return None if activity is None else (activity, ground)


def check_allowed(case: FoundRequest, deed: ActOn, time: datetime, code: str = "") -> None:
    """Raise NotAllowed when the request's state forbids an act at a time."""
    hindered = hindrance(deed, case.request, time, code)
    if hindered is not None:
        raise NotAllowed(hindered.why, remedy=hindered.remedy)


def open_request(site: Site, source: Source, opening: NewRequest, time: datetime) -> FoundRequest:
    """Record that a request came in. Raises NotAllowed when its reference is taken, Misconfigured.

    Raises UnknownSubject for a person of whom nothing is known, unless `opening.unknown` says so.
    """
    check_person(opening.subject)
    with one_at_a_time(site):
        ref = _record_opening(site, source, opening, time)
    return find(source, ref, opening.subject)


def _record_opening(site: Site, source: Source, opening: NewRequest, time: datetime) -> str:
    """Record that a request came in; without a reference it gets a new one."""
    if opening.objection is not None:
        _check_declared(source, opening.objection[0])
    if not opening.unknown:
        known_streams(source, opening.subject)
    _check_sealable(source, opening)
    ref = opening.ref or new_reference(time)
    # The caller holds the lock of the office: no other command can take the reference meanwhile.
    if requests(source.session, refs=[ref]):
        raise NotAllowed(f"there is a request {ref} already")
    received_on = opening.received_on or day_of(time).isoformat()
    if received_on > day_of(time).isoformat():
        raise Misconfigured("expected a day that has come", field="received_on")
    record(site, _opening_acts(opening, ref, received_on), time, opening.voice)
    return ref


def _check_declared(source: Source, activity: str) -> None:
    """Raise Misconfigured for an undeclared activity: an objection to it would stop nothing."""
    entries = [entry for entry in register_entries(source.session) if entry.declared]
    if activity not in {entry.activity for entry in entries}:
        names = names_of((entry.activity, (entry.name,)) for entry in entries)
        raise Misconfigured(
            f"no activity {activity} is declared{alike(activity, names)}; "
            "`ledger register` lists them all",
            field="activity",
        )


def _check_sealable(source: Source, opening: NewRequest) -> None:
    """Raise NotAllowed for the letter of an erased person: no key is left to seal it with."""
    if opening.letter is not None and is_erased(source, opening.subject):
        raise NotAllowed(
            "all of this person is erased already: no letter can be kept", field="letter"
        )


def _opening_acts(opening: NewRequest, ref: str, received_on: str) -> list[Act]:
    def act_of(name: str, **facts: str) -> Act:
        return Act(
            name=name,
            subject=opening.subject,
            provision=provision_of(opening.right),
            facts={"request_ref": ref, **facts},
        )

    received = act_of(
        names.RIGHTS_REQUEST_RECEIVED,
        right=opening.right,
        channel=opening.channel,
        received_on=received_on,
    )
    if opening.letter is not None:
        received = msgspec.structs.replace(
            received, categories=["correspondence"], personal={"letter_text": opening.letter}
        )
    if opening.objection is None:
        return [received]
    activity, ground = opening.objection
    return [received, act_of(names.OBJECTION_RAISED, activity_objected=activity, ground=ground)]


def new_reference(time: datetime, series: str = "VZ") -> str:
    """A random reference of letters: digits could be taken for a person's number."""
    return f"{series}-{time.year}-{''.join(secrets.choice(_LETTERS) for _ in range(8))}"


def record(
    site: Site,
    acts: Sequence[Act],
    time: datetime,
    voice: Voice | None = None,
    permit: Permit | None = None,
) -> None:
    """Record what was done at a time, and let the views see it."""
    dated = [msgspec.structs.replace(undated, time=time) for undated in acts]
    act(site, dated, voice, permit)
    bring_up_to_date(site)
