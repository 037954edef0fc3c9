"""Incidents: which clocks run after a breach or suspected misuse, and what stopped them. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from msgspec import Struct

from rulebook.deadlines import deadline

FULL = "breach.telecom.full"
_INITIAL, _GDPR, _WARNING = "breach.telecom.initial", "breach.gdpr", "misuse.warning"
_TELECOM = ("611", "telecom", "tw")
_GENERAL = ("gdpr", "avg")
_NO_RISK = frozenset({"none", "unlikely", "no-risk"})
_WHOLE = "full"

REGIMES = ("telecom/gdpr", "telecom", "gdpr")
"""What a breach of a telecom provider falls under: its own regime, the general one, or both."""
PHASES = ("initial", _WHOLE)
"""A notification to an authority is the first one, or complete."""
RISKS = ("none", "low", "medium", "high")
"""For the persons concerned: without one the GDPR's authority is not told, of a high one the persons are."""


NATURES = ("confidentiality", "integrity", "availability")
"""What a breach broke: who should not saw it, it was changed, or it is lost or out of reach."""


class AuthorityNotice(NamedTuple):
    """A notification to the authority: when, under which regime, at first or in full."""

    time: datetime
    regime: str
    phase: str


class Clock(Struct, frozen=True):
    """A deadline of an incident. `duty`: its id. `done_at`: None until it is met."""

    duty: str
    due: datetime
    done_at: datetime | None

    @property
    def met(self) -> bool:
        """Whether it was done in time."""
        return self.done_at is not None and self.done_at < self.due

    def state(self, time: datetime) -> Literal["running", "met", "late", "overdue"]:
        """How it stands at a time: late is what was done too late, overdue what was not done at all."""
        if self.done_at is not None:
            return "met" if self.met else "late"
        return "overdue" if self.due <= time else "running"


def breach_clocks(
    detected_at: datetime, regime: str, notices: Iterable[AuthorityNotice], risk: str | None
) -> list[Clock]:
    """The clocks of a breach, by elapsed time: 24 hours for a telecom provider, 72 under the GDPR.

    A telecom provider completes its first notification within three days of it. Under the GDPR no
    authority is told where the latest assessment says that there is no risk. A regime may name both.
    """
    ordered = sorted(notices)
    clocks: list[Clock] = []
    if is_telecom(regime):
        clocks += _telecom(detected_at, [notice for notice in ordered if is_telecom(notice.regime)])
    if _is_general(regime) and risk not in _NO_RISK:
        times = [notice.time for notice in ordered if _is_general(notice.regime)]
        clocks.append(Clock(_GDPR, deadline(_GDPR, detected_at), min(times, default=None)))
    return clocks


def _telecom(detected_at: datetime, ordered: Sequence[AuthorityNotice]) -> Iterable[Clock]:
    first = ordered[0].time if ordered else None
    yield Clock(_INITIAL, deadline(_INITIAL, detected_at), first)
    if first is not None:
        complete = [notice.time for notice in ordered if notice.phase == _WHOLE]
        yield Clock(FULL, deadline(FULL, first), min(complete, default=None))


def is_telecom(regime: str) -> bool:
    """Whether a regime, in the words of its sender, is that of telecom providers."""
    return any(word in regime.lower() for word in _TELECOM)


def regimes_in(regime: str) -> frozenset[str]:
    """The regimes, of `telecom` and `gdpr`, that a regime in the words of its sender names."""
    regimes = {"telecom": is_telecom(regime), "gdpr": _is_general(regime)}
    return frozenset(name for name, is_named in regimes.items() if is_named)


def _is_general(regime: str) -> bool:
    return not is_telecom(regime) or any(word in regime.lower() for word in _GENERAL)


def warning_clock(suspected_at: datetime, warned: Iterable[datetime]) -> Clock:
    """A person whose data or login may have been misused must be warned (policy 4.4)."""
    due = deadline(_WARNING, suspected_at)
    return Clock(_WARNING, due, min(warned, default=None))
