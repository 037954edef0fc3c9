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

from application.following import bring_up_to_date
from application.site import Site
from consumers.files import ingest
from consumers.pipeline import BatchLimits
from ledger.clocks import Clocks
from ledger.errors import Reject
from ledger.event import instant
from ledger.storage.locks import held
from rulebook.approvals import ACT_OF
from schemas import REMARK, Code, Rejection, decode, is_person, through
from schemas.encoding import JsonValue, to_json
from schemas.names import type_of
from schemas.sources import OFFICE_LABEL

# Stored with each event as its origin: by it the intake tells the office's own acts from other senders.
ORIGIN = OFFICE_LABEL
# This many acts of one call are recorded all or none, even where the settings make batches smaller.
_TOGETHER = 100


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

    `event_id`: in an emergency, the id of its event.
    """

    act: str
    event_id: str | None = None


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
            "this is not for this ledger; nothing was recorded. A code of your own that is ordinary business"
            " belongs in LEDGER_ORDINARY_CODES"
            if code is Code.WITHHELD
            else f"{name} was refused: {why}"
        )
        self.code = code
        self.pointer = pointer


class NotPermitted(Reject):
    """An act needs two persons, and came without their approval."""


@contextmanager
def one_at_a_time(site: Site) -> Iterator[None]:
    """Hold the lock of the office while an act is judged and recorded; the views are up to date.

    Without it two people at two screens could both see that a request is open, and both answer it. Print
    only afterwards: a command that waits for its screen inside the lock stops the whole office. Raises Busy
    after a while.
    """
    with held(site.session("recorder"), "lock_acts", [{}]):
        bring_up_to_date(site)
        yield


def act(
    site: Site, acts: Sequence[Act], voice: Voice | None = None, permit: Permit | None = None
) -> ActOutcome:
    """Record acts, in order, as events of the privacy office; a few of them in one transaction.

    `voice`: in whose name, where that is not the office's. `permit`: that they may happen, where a
    confidential ledger asks for two persons. Raises NotPermitted without it: no edge can leave it out.

    Raises ActRefused: when the contract refuses one of them nothing is recorded; when only a recorded
    event refuses one (`conflicting-duplicate`, `erased-subject`) the other acts are recorded. Raises Retry or
    Halt.
    """
    voice = voice or _office(site)
    if site.intake.confidential:
        acts = [_permitted(one, permit) for one in acts]
    ids, lines = _checked(site, acts, voice)
    stream = BytesIO(b"\n".join(lines))
    limits = _limits(site.batch_limits, lines)
    files, clocks = [(voice.label, stream)], Clocks(site.clock)
    result = ingest(site.open_recorder, files, site.intake, clocks, limits=limits)
    for rejection in result.rejections:
        raise ActRefused(acts[rejection.line - 1].name, rejection.code, rejection.pointer)
    return ActOutcome(ids, result.recorded, result.duplicates, result.last_position)


def _permitted(one: Act, permit: Permit | None) -> Act:
    """An act that may happen, with the id that its permit gives it. Raises NotPermitted."""
    needed = ACT_OF.get(one.name)
    if needed is None:
        return one
    if permit is None or permit.act != needed:
        raise NotPermitted(f"{one.name} needs two persons of the desk; nothing was recorded")
    return msgspec.structs.replace(one, id=permit.event_id) if permit.event_id else one


def check(site: Site, acts: Sequence[Act]) -> None:
    """Raise ActRefused when the contract refuses one of the acts; nothing is recorded.

    An event that is recorded already may still refuse the act when `act` records it.
    """
    _checked(site, acts, _office(site))


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
    intake = through(site.intake, f"file:{voice.label}")
    for act, line in zip(acts, lines, strict=True):
        outcome = decode(line, intake, now)
        if isinstance(outcome, Rejection):
            raise ActRefused(act.name, outcome.code, outcome.pointer)
    return tuple(str(event["id"]) for event in events), lines


def _limits(limits: BatchLimits, lines: Sequence[bytes]) -> BatchLimits:
    """Those of the settings, or what it takes to record a few acts together."""
    together = lines[:_TOGETHER]
    return msgspec.structs.replace(
        limits,
        messages=max(limits.messages, len(together)),
        size_bytes=max(limits.size_bytes, sum(len(line) + 1 for line in together)),
    )


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
