"""Dates and times as people write them: `12 maart 2026, 14.05`, `12 March 2026, 14:05`; in our zone."""

import re
from datetime import UTC, date, datetime

from markupsafe import Markup

from application.language import spoken
from application.times import MONTHS, in_zone, time_shown
from schemas.formats import instant_of

_SHORT = {
    "nl": ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"),
    "en": tuple(name[:3] for name in MONTHS["en"]),
}

# Within a reference, such as `HOLD-2026-03-12`, nothing is a date.
_WRITTEN = re.compile(r"(?<![\w/-])\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d))?(?![\w/-])")


def when(value: datetime | str) -> Markup:
    """An instant as an element that programs read too. Raises ValueError for a text that is no instant."""
    return _element(value, when_text(value))


def when_text(value: datetime | str) -> str:
    """An instant as plain text, for a title or an attribute."""
    local = in_zone(_instant(value))
    return f"{day_text(local.date())}, {_clock_text(local)}"


def time_of_day(value: datetime | str) -> Markup:
    """The hour and minute of an instant, as an element."""
    return _element(value, _clock_text(in_zone(_instant(value))))


def _element(value: datetime | str, text: str) -> Markup:
    machine = _instant(value).astimezone(UTC).isoformat().replace("+00:00", "Z")
    return Markup('<time datetime="{}">{}</time>').format(machine, text)


def _clock_text(local: datetime) -> str:
    mark = "." if spoken() == "nl" else ":"
    return f"{local:%H}{mark}{local:%M}"


def day(value: date | str) -> Markup:
    """A date as an element; of an instant the date here."""
    of = _date(value)
    return Markup('<time datetime="{}">{}</time>').format(of.isoformat(), day_text(of))


def day_text(value: date | str) -> str:
    """A date as plain text."""
    of = _date(value)
    return f"{of.day} {month_text(of)}"


def month_text(value: date | str) -> str:
    """The month of a date with its year."""
    of = _date(value)
    return f"{MONTHS[spoken()][of.month - 1]} {of.year}"


def short_day(of: date) -> str:
    """A date where there is little room: `12 mrt`, `12 Mar`."""
    return f"{of.day} {_SHORT[spoken()][of.month - 1]}"


def short_month(of: date) -> str:
    """A month where there is little room: `mrt 2026`, `Mar 2026`."""
    return f"{_SHORT[spoken()][of.month - 1]} {of.year}"


def moment_text(value: str) -> str:
    """A moment that the reader asked for: a time, a date, or what they wrote when it is neither.

    A time without an offset, as a field of a page sends it, is one of a clock here.
    """
    try:
        return day_text(value) if len(value) == len("2026-03-12") else when_text(_told(value))
    except ValueError:
        return value


def field_time(text: str) -> datetime | None:
    """A time as a form's field gives it (`2026-11-24T10:15`), which is one of the clock here."""
    text = text.replace("T", " ")
    return time_shown(text if text.count(":") > 1 else f"{text}:00")


def _told(value: str) -> datetime:
    return field_time(value) or _instant(value)


def dated(sentence: str) -> str:
    """A sentence about an event with each date and instant in it as people write them."""
    return _WRITTEN.sub(lambda found: moment_text(found.group()), sentence)


def _instant(value: datetime | str) -> datetime:
    instant = value if isinstance(value, datetime) else instant_of(value)
    if instant is None:
        raise ValueError("a time with its offset is expected here")
    return instant


def iso_day(value: date | str) -> str:
    """A date as a field of a form takes it."""
    return _date(value).isoformat()


def clock_field(value: str) -> str:
    """A moment as a field for a date with a time takes it, to the minute; else empty."""
    try:
        return f"{in_zone(_told(value)):%Y-%m-%dT%H:%M}"
    except ValueError:
        return ""


def _date(value: date | str) -> date:
    if isinstance(value, datetime):
        return in_zone(value).date()
    if isinstance(value, date):
        return value
    return (
        date.fromisoformat(value)
        if len(value) == len("2026-03-12")
        else in_zone(_instant(value)).date()
    )
