"""Times for people: in their zone, to the second, and back from what they copy off the screen.

Machines get instants in UTC as they are. Which zone is shown is set once a command; without it that of the
house.
"""

import re
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from rulebook.calendar import AMSTERDAM
from schemas.formats import instant_of
from schemas.texts import Language

MONTHS: dict[Language, tuple[str, ...]] = {
    "nl": (
        *("januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september"),
        *("oktober", "november", "december"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
        *("October", "November", "December"),
    ),
}
_ZONE: ContextVar[ZoneInfo] = ContextVar("zone", default=AMSTERDAM)
# An instant in the form of answers; with its six decimals no other text looks like it.
_INSTANT = re.compile(r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
_SHOWN = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(?:[+-][0-9]{2}:[0-9]{2})?\Z"
)
_PLAIN = "%Y-%m-%d %H:%M:%S"


def day_in_words(on: date, language: Language) -> str:
    """A day as a letter has it: `3 maart 2026`."""
    return f"{on.day} {MONTHS[language][on.month - 1]} {on.year}"


def zone_of(name: str) -> ZoneInfo | None:
    """The zone of a name such as Europe/Amsterdam; None when there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # no such zone, and no name of a file that is one
        return None


def show_in(zone: ZoneInfo) -> None:
    """From now on times are shown in a zone."""
    _ZONE.set(zone)


def zone_name() -> str:
    """The name of the zone in which times are shown."""
    return _ZONE.get().key


def has_instant(text: str) -> bool:
    """Whether a text of an answer holds an instant, which people see as a time in the zone."""
    return _INSTANT.search(text) is not None


def localized(text: str) -> str:
    """A text for people: every instant in it as their clock shows it."""
    return _INSTANT.sub(lambda match: _localized(match[0]), text)


def _localized(instant: str) -> str:
    time = instant_of(instant)
    try:
        return instant if time is None else local_text(time)
    except OverflowError:  # of a text that somebody typed: at the ends of the calendar
        return instant


def in_zone(time: datetime) -> datetime:
    """A time as the clock of the zone shows it."""
    return time.astimezone(_ZONE.get())


def local_text(time: datetime) -> str:
    """A time in the zone, to the second; with its offset in the hour that a clock shows twice."""
    zone = _ZONE.get()
    local = time.astimezone(zone)
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return local.strftime(_PLAIN) + (local.isoformat()[-len("+00:00") :] if twice else "")


def time_shown(text: str) -> datetime | None:
    """The instant of a text as `local_text` writes it, None for another text.

    It names the whole second; the zone's clock never showed a time that a change of it left out.
    """
    if not _SHOWN.match(text):
        return None
    time = instant_of(text.replace(" ", "T"))
    if time is not None:
        return time
    try:
        local = datetime.strptime(text, _PLAIN).replace(tzinfo=_ZONE.get())
        converted = local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    is_real = abs(
        converted.astimezone(_ZONE.get()).replace(tzinfo=None) - local.replace(tzinfo=None)
    )
    return converted if is_real == timedelta(0) else None
