"""Addresses within the console: each shows the moment that the page shows."""

from urllib.parse import quote

from application.answer import Name
from application.source import instant_or_none
from projections.folds.timetravel import Moment
from schemas import is_person
from schemas.references import kind_of
from web.context import RequestContext
from web.frame import AS_OF, AT_POSITION, RECORDED_BY, address
from web.pieces import UNTOLD, Erased, Link

CONTACT = "~"
"""Between the ids of a customer and of a contact person in an address: no id has it."""


def moment_texts(moment: Moment) -> dict[str, str]:
    """The parameters of a moment; none of them: now."""
    texts = {
        AS_OF: instant_or_none(moment.as_of),
        RECORDED_BY: instant_or_none(moment.recorded_by),
        AT_POSITION: None if moment.at_position is None else str(moment.at_position),
    }
    return {name: text for name, text in texts.items() if text}


def to(context: RequestContext, *path: str, **parameters: str | None) -> str:
    """The address of a page of the same moment. `path`: its parts, as they are; `_` in a name is `-`."""
    named = {name.replace("_", "-"): text for name, text in parameters.items() if text}
    return address("/" + "/".join(map(quote, path)), moment_texts(context.moment) | named)


def act(*path: str, **parameters: str | None) -> str:
    """The address of an act: it is done now, whatever moment the page shows."""
    named = {name.replace("_", "-"): text for name, text in parameters.items() if text}
    return address("/" + "/".join(map(quote, path)), named)


def person_to(context: RequestContext, reference: str, *more: str, **parameters: str | None) -> str:
    """The address of a page about a person."""
    return to(context, *person_parts(reference), *more, **parameters)


def person_parts(reference: str) -> tuple[str, ...]:
    """The parts of the address of a person: a contact person has the customer's id and the own one."""
    parts = reference.split("/")
    if kind_of(reference) == "contact":
        return "persons", "contact", f"{parts[1]}{CONTACT}{parts[3]}"
    return "persons", *parts


def person(context: RequestContext, name: Name | None) -> object:
    """A person: a link where the reader has that page, and what stands for one who was erased.

    A reader without pages of persons is told of none, so nothing says that one was erased either.
    """
    if not isinstance(name, str):
        return Erased() if context.has("persons") else UNTOLD
    if kind_of(name) == "employee":
        return Link(to(context, "staff", bare(name)), name) if context.has("staff") else name
    return Link(person_to(context, name), name) if context.has("persons") else name


def bare(reference: str) -> str:
    """The id of a reference without its kind."""
    return reference.partition("/")[2]


def event(context: RequestContext, position: int, text: object = None) -> object:
    """An event: a link where the reader has its page."""
    words = position if text is None else text
    if not context.has("persons"):
        return words
    return Link(to(context, "events", str(position)), words, quiet=text is None)


def subject(context: RequestContext, reference: str | None) -> object:
    """A subject of an event, which may be a thing of the register."""
    if reference is None:
        return person(context, None)
    return person(context, reference) if is_person(reference) else reference
