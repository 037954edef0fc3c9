"""Acts of the privacy office: what a command decides becomes events of the contract.

The one place where commands make events. They take the path of `ledger ingest`: decoded, checked, sealed,
recorded, or refused. What the contract refuses is refused before anything of the same call is recorded.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from uuid import uuid4

import msgspec
from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from application.following import bring_up_to_date
from application.site import Site
from consumers.files import ingest
from consumers.register import accepted_now
from ledger.clocks import Clocks
from ledger.errors import NotGranted, Reject, Remedy
from ledger.event import instant
from ledger.recording.batch import NotWhole
from ledger.storage.locks import held
from rulebook.approvals import ACT_OF, DESK
from schemas import ALL_TYPES, REMARK, Code, Rejection, decode, is_person, names, through
from schemas.encoding import JsonValue, to_json
from schemas.names import type_of
from schemas.references import kind_of
from schemas.sources import OFFICE_LABEL

# Stored with each event as its origin: by it the intake tells the office's own acts from other senders.
ORIGIN = OFFICE_LABEL
MOST_TOGETHER = 1_000
"""This many acts of one call are recorded all or none, even where the settings make batches smaller."""


class Act(Struct, frozen=True, kw_only=True):
    """One act of the office, before it is an event. `name`: of its type, such as `identity-verified`.

    `categories`: remarks among them become the fact `remarks`, as no event lists them.
    `provision`: why the office must act, an id of the rulebook; needed with the usual legal basis. `id`: of
    an act that a resumed run names again, at the same `time`; by chance otherwise, since one made from a
    reference would give that away. `time`: now without it. Legal basis, provision and activity (that
    of the settings, unless named) are stated for acts on persons only; `whole`: `facts` say all of that.
    """

    name: str
    subject: str
    provision: str | None = None
    facts: Mapping[str, JsonValue] = {}
    categories: Sequence[str] | UnsetType = UNSET
    personal: Mapping[str, JsonValue] = {}
    legal_basis: str = "6-1-c"
    activity: str | None = None
    time: datetime | None = None
    id: str | None = None
    version: int = 1
    whole: bool = False


class Voice(Struct, frozen=True):
    """In whose name acts are recorded: the source of their events, and the label of where they came from."""

    source: str
    label: str


class Permit(Struct, frozen=True):
    """That an act may happen: two persons approved it, or one did in an emergency.

    `event_id`: in an emergency, the id of its event. `seen`: what was approved, where that can change before
    the act has the lock of the office.
    """

    act: str
    event_id: str | None = None
    seen: Sequence[object] | None = None


class ActOutcome(Struct, frozen=True):
    """What became of acts, which are committed: `ids` in their order. Duplicates were there before."""

    ids: tuple[str, ...]
    recorded: int
    duplicates: int
    last_position: int


class ActRefused(Reject):
    """The ledger refused an act. `code` and `pointer` are those of a dead letter.

    Why something is not for the open ledger is not said: others may read the screen, or its log.
    """

    def __init__(self, name: str, code: Code, pointer: str) -> None:
        # What the office says has a known type and the right shape, so this code tells all that is hidden.
        why = f"{code.value}{pointer and f' at {pointer}'}"
        super().__init__(
            "this is not for this ledger; nothing was recorded. A code of your own that is ordinary"
            " is declared with `ledger codes declare`"
            if code is Code.WITHHELD
            else f"{name} was refused: {why}"
        )
        self.code = code
        self.pointer = pointer


class NotPermitted(Reject):
    """An act needs two persons, and came without their approval."""


@contextmanager
def office_lock(site: Site) -> Iterator[None]:
    """Hold the lock of the office while an act is judged and recorded; the views are up to date.

    Without it two people at two screens could both see that a request is open, and both answer it. Print
    only afterwards: a command that waits for its screen inside the lock stops the whole office. Raises Busy
    after a while, NotGranted as `check_officer`.
    """
    check_officer(site)
    with held(site.session("recorder"), "lock_acts", [{}]):
        bring_up_to_date(site)
        yield


def act(
    site: Site, acts: Sequence[Act], voice: Voice | None = None, permit: Permit | None = None
) -> ActOutcome:
    """Record acts, in order, as events of the privacy office: in one transaction, all or none.

    `voice`: in whose name, where that is not the office's. `permit`: that they may happen, where a
    confidential ledger asks for two persons. Raises NotPermitted without it: no edge can leave it out.

    Raises NotGranted in a confidential ledger for a role that is none of the desk.
    Raises ActRefused: nothing is recorded then, also where only a recorded event refuses one of them
    (`conflicting-duplicate`, `erased-subject`). Of more acts than MOST_TOGETHER those that it refuses so are
    left out. Raises Retry or Halt.
    """
    voice = voice or _office(site)
    check_officer(site)
    if site.intake.confidential:
        acts = [_by(one, site.reader().reference) for one in _permitted(acts, permit)]
    ids, lines = _checked(site, acts, voice)
    files, clocks = [(voice.label, BytesIO(b"\n".join(lines)))], Clocks(site.clock)
    limits = replace(site.batch_limits, whole=len(lines) <= MOST_TOGETHER)
    try:
        result = ingest(site.open_recorder, files, site.intake, clocks, limits=limits)
    except NotWhole as error:
        index, why = error.refused[0]
        raise ActRefused(acts[index].name, why.code, why.pointer) from None
    for rejection in result.rejections:
        raise ActRefused(acts[rejection.line - 1].name, rejection.code, rejection.pointer)
    return ActOutcome(ids, result.recorded, result.duplicates, result.last_position)


def _permitted(acts: Sequence[Act], permit: Permit | None) -> list[Act]:
    """Acts that may happen; in an emergency the first that needs two persons has the id of its permit.

    Raises NotPermitted.
    """
    permitted, id = list(acts), permit and permit.event_id
    for place, one in enumerate(acts):
        needed = permit_of(one.name, one.subject)
        if needed is None or _gives_nothing(one, acts):
            continue
        if permit is None or permit.act != needed:
            raise NotPermitted(f"{one.name} needs two persons of the desk; nothing was recorded")
        if id:
            permitted[place], id = replace(one, id=id), None
    return permitted


def _by(one: Act, employee: str) -> Act:
    """An act with the employee who does it, where its type names one."""
    entry = ALL_TYPES.get(type_of(one.name, one.version))
    if entry is None or not entry.names_actor:
        return one
    return replace(one, facts={**one.facts, "employee": employee})


def _gives_nothing(one: Act, acts: Sequence[Act]) -> bool:
    """Whether an order is executed by keeping data alone: one officer does that, and it can be undone."""
    beside = {other.name for other in acts if other.subject == one.subject}
    given = {name for name, fact in one.facts.items() if fact} - {"order_ref"}
    return one.name == names.ORDER_EXECUTED and not given and names.PRESERVATION_IMPOSED in beside


def permit_of(name: str, subject: str) -> str | None:
    """The act that two persons of the desk approve for an event of a type; None where one does it.

    To annul what was said of a role, or of who holds it, gives or takes it like a grant.
    """
    needed = ACT_OF.get(name)
    is_grant = needed is not None and kind_of(subject) in {"employee", "role"}
    return ACT_OF[names.ROLE_GRANTED] if is_grant else needed


def check_officer(site: Site) -> None:
    """Raise NotGranted in a confidential ledger for who acts there in a role that is none of the desk.

    The user who runs the ledger, and names no other role, may start what the clock does.
    """
    reader = site.reader()
    if site.intake.confidential and reader.judged and reader.role not in DESK:
        raise NotGranted(
            f"the role {reader.role} does nothing at the desk, but {', '.join(DESK)}",
            remedy=Remedy("approve-as", DESK),
        )


def check_permit(site: Site, act: str, permit: Permit | None) -> None:
    """Raise NotPermitted where an act needs two persons in a confidential ledger, and came without them."""
    if site.intake.confidential and (permit is None or permit.act != act):
        raise NotPermitted(f"{act} needs two persons of the desk; nothing was recorded")


def check(site: Site, acts: Sequence[Act], time: datetime | None = None) -> None:
    """Raise ActRefused when the contract refuses one of the acts, done at a time; nothing is recorded.

    An event that is recorded already may still refuse the act when `act` records it.
    """
    dated = [replace(one, time=time or one.time) for one in acts]
    _checked(site, dated, _office(site))


def message(site: Site, act: Act) -> bytes:
    """The CloudEvent of an act of the office, for another ledger: that one checks it, as this may not."""
    return to_json(_event(act, site, _office(site), site.clock()), sort_keys=True)


def _office(site: Site) -> Voice:
    return Voice(site.privacy_office[0], ORIGIN)


def _checked(site: Site, acts: Sequence[Act], voice: Voice) -> tuple[tuple[str, ...], list[bytes]]:
    """The ids of the events of acts, and their lines."""
    now = site.clock()
    # All acts are checked before the first is recorded: a call fails as a whole.
    events = [_event(act, site, voice, now) for act in acts]
    lines = [to_json(event, sort_keys=True) for event in events]
    intake = accepted_now(site.intake, site.session("reader"))
    intake = through(intake, f"file:{voice.label}")
    for act, line in zip(acts, lines, strict=True):
        outcome = decode(line, intake, now)
        if isinstance(outcome, Rejection):
            raise ActRefused(act.name, outcome.code, outcome.pointer)
    return tuple(str(event["id"]) for event in events), lines


def _event(act: Act, site: Site, voice: Voice, now: datetime) -> dict[str, JsonValue]:
    """The CloudEvent of an act."""
    return {
        "specversion": "1.0",
        "id": act.id or str(uuid4()),
        "source": voice.source,
        "type": type_of(act.name, act.version),
        "subject": act.subject,
        "time": instant(act.time or now),
        "datacontenttype": "application/json",
        "data": _data(act, site.privacy_activity),
    }


def _data(act: Act, activity: str) -> dict[str, JsonValue]:
    data: dict[str, JsonValue] = dict(msgspec.to_builtins(act.facts))
    if is_person(act.subject) and not act.whole:
        data |= {"activity": act.activity or activity, "legal_basis": act.legal_basis}
        data |= {"provision": act.provision} if act.provision else {}
    if act.categories is not UNSET:
        data["categories"] = [category for category in act.categories if category != REMARK]
        data |= {"remarks": True} if REMARK in act.categories else {}
    if act.personal:
        data["personal"] = dict(act.personal)
    return data
