"""What a cell of a table shows: each kind of value has one form."""

from collections.abc import Sequence
from datetime import date, datetime

from markupsafe import Markup, escape

from web.harmless import LONG, harmless
from web.moments import day, when
from web.words import grouped, t

_NOTHING = Markup(
    '<span class="none"><span aria-hidden="true">\N{EN DASH}</span><span class="unseen">{}</span></span>'
)

_LONG_TEXT = Markup(
    '<details class="long"><summary>{}… <span class="note">{}</span></summary><p>{}</p></details>'
)
_BEGINNING = 80


def cell(value: object) -> Markup:
    """A value as it stands in a cell; a piece shows itself. Nothing is a dash that is read as "none"."""
    if value is None or value in ("", (), []):
        return _NOTHING.format(t("value.none"))
    if isinstance(value, bool):
        return t("value.yes" if value else "value.no")
    if isinstance(value, int):
        return escape(grouped(value))
    if isinstance(value, datetime):
        return when(value)
    return day(value) if isinstance(value, date) else _text(value)


def _text(value: object) -> Markup:
    if hasattr(value, "__html__"):
        return escape(value)
    if isinstance(value, str):
        return _of_any_length(harmless(value))
    if isinstance(value, Sequence):
        return Markup(", ").join(cell(part) for part in value)
    return _of_any_length(harmless(str(value)))


def _of_any_length(text: str) -> Markup:
    """A text; of a long one the beginning, and the rest when it is asked for."""
    if len(text) <= LONG:
        return escape(text)
    return _LONG_TEXT.format(text[:_BEGINNING], t("value.all", len(text)), text)


def is_number(value: object) -> bool:
    """Whether a cell stands to the right; "yes" is no number."""
    return isinstance(value, int) and not isinstance(value, bool)


def verbatim(value: object) -> Markup:
    """A value exactly as it is, for a field that sends it back."""
    return escape(str(value))
