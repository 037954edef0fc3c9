"""Requests of persons: how one is opened, and whether its state allows an act."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, get_args

import msgspec

from application.acts.acting import Act, Permit, Voice, act, office_lock
from application.acts.given import Ask, Choice, Person, Timed
from application.acts.offered import OBJECTION_GROUNDS
from application.following import bring_up_to_date
from application.lookups import alike, names_of
from application.queries.cases.found_requests import FoundRequest, NotAllowed, find
from application.queries.subjects import check_person, is_erased, known_streams
from application.site import Site
from application.source import Source
from ledger.errors import Misconfigured
from projections.reading.request_acts import ActOn, hindrance
from projections.reading.views import register_entries, requests
from rulebook import RIGHTS, provision_of
from rulebook.calendar import day_of
from schemas import names
from schemas.events.rights import Channel, Requester

CHANNELS: tuple[Channel, ...] = get_args(Channel)
"""How a request may come in."""
REQUESTERS: tuple[Requester, ...] = get_args(Requester)
"""Who may ask; the person stands first."""
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


class NewRequest(Timed, frozen=True, kw_only=True):
    """A request that came in. `activity`, `ground`: what is objected to, and why.

    `unknown`: nothing is known of the person, who has the right to be told so. `letter`: what they wrote.
    """

    events = (names.RIGHTS_REQUEST_RECEIVED, names.OBJECTION_RAISED)
    subject: Person
    right: Annotated[str, Ask("One of {}.", Choice("right", RIGHTS))]
    channel: Annotated[
        str,
        Ask("One of {}: a person need not ask in writing.", Choice("channel", CHANNELS)),
    ]
    received_on: Annotated[
        str | None,
        Ask(
            "The day of receipt, from which the period runs; today without it.",
            look="day",
            hint="received_on",
        ),
    ] = None
    ref: Annotated[
        str | None,
        Ask("Its reference; without it the ledger makes one.", hint="ref", fact="request_ref"),
    ] = None
    activity: Annotated[
        str | None,
        Ask(
            "For an objection: the activity that it is against.",
            hint="objection",
            fact="activity_objected",
        ),
    ] = None
    ground: Annotated[
        str,
        Ask("For an objection: such as {}.", Choice("objection", OBJECTION_GROUNDS, True)),
    ] = OBJECTION_GROUNDS[0]
    requester: Annotated[
        str,
        Ask("Who asked: one of {}.", Choice("requester", REQUESTERS), hint="requester"),
    ] = REQUESTERS[0]
    mandate_ref: Annotated[
        str | None,
        Ask(
            "Of somebody who asks for the person: the document that lets them.", hint="mandate_ref"
        ),
    ] = None
    letter: Annotated[
        str | None,
        Ask(
            "What the person wrote, as text; - is standard input. It is sealed.",
            look="file",
            hint="letter",
            fact="",
        ),
    ] = None
    unknown: Annotated[bool, Ask("The ledger knows nothing of this person.", fact="")] = False

    def __post_init__(self) -> None:
        """Raise Misconfigured for an objection to nothing, or an activity of another right."""
        if (self.right == "objection") != (self.activity is not None):
            raise Misconfigured("expected for an objection, and for nothing else", field="activity")


def check_allowed(case: FoundRequest, deed: ActOn, time: datetime, code: str = "") -> None:
    """Raise NotAllowed when the request's state forbids an act at a time."""
    hindered = hindrance(deed, case.request, time, code)
    if hindered is not None:
        raise NotAllowed(hindered.why, remedy=hindered.remedy)


def open_request(
    site: Site,
    source: Source,
    opening: NewRequest,
    time: datetime,
    voice: Voice | None = None,
) -> FoundRequest:
    """Record that a request came in. Raises NotAllowed when its reference is taken, Misconfigured.

    Raises UnknownSubject for a person of whom nothing is known, unless `opening.unknown` says so. `voice`:
    who says that it came in, where that is not the office.
    """
    check_person(opening.subject)
    with office_lock(site):
        if opening.activity is not None:
            _check_declared(source, opening.activity)
        if not opening.unknown:
            known_streams(source, opening.subject)
        # Raise NotAllowed for the letter of an erased person: no key is left to seal it with.
        if opening.letter is not None and is_erased(source, opening.subject):
            raise NotAllowed(
                "all of this person is erased already: no letter can be kept", field="letter"
            )
        ref = opening.ref or new_reference(time)
        if requests(source.session, refs=[ref]):
            raise NotAllowed(f"there is a request {ref} already")
        received_on = opening.received_on or day_of(time).isoformat()
        if received_on > day_of(time).isoformat():
            raise Misconfigured("expected a day that has come", field="received_on")
        record(site, _opening_acts(opening, ref, received_on), time, voice)
    return find(source, ref, opening.subject)


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
        # What everybody does for themselves needs no word.
        **{"requester": opening.requester} if opening.requester != REQUESTERS[0] else {},
        **{"mandate_ref": opening.mandate_ref} if opening.mandate_ref else {},
    )
    if opening.letter is not None:
        received = msgspec.structs.replace(
            received, categories=["correspondence"], personal={"letter_text": opening.letter}
        )
    if opening.activity is None:
        return [received]
    why = {"activity_objected": opening.activity, "ground": opening.ground}
    return [received, act_of(names.OBJECTION_RAISED, **why)]


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
