"""Pages from templates. Everything that a template prints is escaped, and made harmless, here.

A name that a template does not know is an error and no empty place. No template has code or style of its own:
the pages forbid both (Content Security Policy).
"""

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from application.language import spoken
from application.said_to_all import said_to_all
from application.times import zone_name
from application.words import code_word
from schemas.texts import country_name, field_name
from web.frame import Frame
from web.harmless import harmless
from web.moments import (
    clock_field,
    day,
    day_text,
    iso_day,
    moment_text,
    month_text,
    when,
    when_text,
)
from web.shown import cell, is_number, sentence, shortened_text, verbatim
from web.words import counted, grouped, t

Offered = TypeVar("Offered", bound=Callable[..., object])
_HERE = Path(__file__).parent
_ABBREVIATIONS = frozenset({"AVG", "CIOT", "GDPR", "VOG"})
STATIC = _HERE / "static"


def render(template: str, frame: Frame, **values: object) -> str:
    """A page in the language that is spoken. Raises UndefinedError for a name that the template lacks."""
    return environment().get_template(template).render(frame=frame, **values)


def component(file: str, macro: str, *values: object) -> Markup:
    """A piece of a page: what a macro of `components/` makes of some values."""
    module = environment().get_template(f"components/{file}.html").module
    made: Markup = getattr(module, macro)(*values)
    return made


@cache
def static(name: str) -> str:
    """The address of a static file. It changes with the content, so a browser may keep the file."""
    digest = sha256((STATIC / name).read_bytes()).hexdigest()[:16]
    return f"/static/{name}?v={digest}"


@cache
def environment() -> Environment:
    """The templates with what they may use; one for the whole process."""
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals.update(
        t=t,
        counted=counted,
        said_to_all=said_to_all,
        static=static,
        spoken=spoken,
        zone=zone_name,
    )
    environment.filters.update(
        when=when,
        when_text=when_text,
        day=day,
        day_text=day_text,
        iso_day=iso_day,
        clock_field=clock_field,
        month=month_text,
        moment_text=moment_text,
        number=grouped,
        code=code,
        field=lambda name: field_name(name, spoken()),
        country=lambda name: country_name(name, spoken()),
        cell=cell,
        verbatim=verbatim,
        commands=commands,
        under=under,
        shortened=shortened_text,
        sentence=sentence,
        calm=calm,
    )
    environment.tests["a_number"] = is_number
    return environment


def offered(function: Offered) -> Offered:
    """Let templates call a function by its name, though it stands above what pages are made with."""
    environment().globals[function.__name__] = function
    return function


def commands(text: Markup) -> Markup:
    """A text of ours whose commands, between backticks, stand out."""
    parts = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else part
        for place, part in enumerate(parts)
    )


def calm(text: object) -> object:
    """A word that a terminal has in capitals, where no colour sets it apart: a tag has its colour."""
    is_loud = isinstance(text, str) and text.isupper() and text not in _ABBREVIATIONS
    return text.lower() if is_loud and isinstance(text, str) else text


def under(part: object, heading: object) -> object:
    """A part below a heading: a table of the same name does not say it again."""
    told = getattr(part, "under", None)
    return told(heading) if told else part


def code(value: str | None, about: str) -> str:
    """A code in words, of a section of the words of the application; an unknown one as its words."""
    word = code_word(about, value) or ""
    return word.replace("-", " ") if word == value else word


def _harmless(value: object) -> object:
    """What a template prints: a text of somebody else without what could change the page around it."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return harmless(value)
    return value
