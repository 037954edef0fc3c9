"""What a cell of a table shows: each kind of value has one form."""

from datetime import date, datetime

from jinja2 import Environment, pass_environment
from markupsafe import Markup, escape

from application.answer import Gone
from web.harmless import LONG, harmless, shortened
from web.moments import day, when
from web.words import grouped, t

_NOTHING = Markup(
    '<span class="none"><span aria-hidden="true">\N{EN DASH}</span><span class="unseen">{}</span></span>'
)
_LONG_TEXT = Markup(
    '<details class="long"><summary>{}… <span class="note">{}</span></summary><p>{}</p></details>'
)
_BREAKABLE = Markup('<span class="any">{}</span>')
_BEGINNING = 80
_LONGEST_WORD = 18
_ENDS = (".", "!", "?", ":")


@pass_environment
def cell(environment: Environment, value: object) -> Markup:
    """A value as it stands in a cell; a piece shows itself. Nothing is a dash that is read as "none"."""
    if isinstance(value, Gone):
        module = environment.get_template("components/values.html").module
        gone: Markup = module.gone(value)  # type: ignore[attr-defined]
        return gone
    if isinstance(value, list | tuple) and value:
        return Markup(", ").join(cell(environment, part) for part in value)
    return _plain(value)


def _plain(value: object) -> Markup:
    if value is None or value in ("", (), []):
        return _NOTHING.format(t("value.none"))
    if isinstance(value, bool):
        return t("value.yes" if value else "value.no")
    if isinstance(value, int):
        return escape(grouped(value))
    if isinstance(value, datetime):
        return when(value)
    if isinstance(value, date):
        return day(value)
    return escape(value) if hasattr(value, "__html__") else _text(harmless(str(value)))


def _text(text: str) -> Markup:
    """A text; of a long one the beginning, and the rest when it is asked for."""
    if len(text) <= LONG:
        return breakable(text)
    return _LONG_TEXT.format(text[:_BEGINNING], t("value.all", len(text)), text)


def breakable(text: str) -> Markup:
    """A text that may break anywhere if it has a word longer than words are, such as a reference."""
    if max(map(len, text.split()), default=0) <= _LONGEST_WORD:
        return escape(text)
    return _BREAKABLE.format(text)


def shortened_text(value: object) -> Markup:
    """The beginning of a text that is long; markup as it is."""
    if isinstance(value, Markup) or hasattr(value, "__html__"):
        return escape(value)
    return breakable(harmless(shortened(str(value))))


def sentence(text: str) -> Markup:
    """A message as a sentence: commands print it after their name, and a page alone.

    A first word that is no word, such as a reference or a flag, stays as it is.
    """
    capital = text[:1].upper() + text[1:] if text.partition(" ")[0].isalpha() else text
    return shortened_text(capital if capital.endswith(_ENDS) else f"{capital}.")


def is_number(value: object) -> bool:
    """Whether a cell stands to the right; "yes" is no number."""
    return isinstance(value, int) and not isinstance(value, bool)


def verbatim(value: object) -> Markup:
    """A value exactly as it is, for a field that sends it back."""
    return escape(str(value))
