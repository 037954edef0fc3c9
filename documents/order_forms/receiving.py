"""From the bytes of a document to the orders that it holds, or to all that is wrong with it. Pure.

A document is XML of the Commission, a message of ETSI TS 103 120, XML of our own, or fields in TOML or
JSON. Nothing of it is guessed: of what contradicts itself or is not understood nothing is taken. Every
such thing is told and marks the order, which is received all the same. Only what cannot be read as a form
is not taken.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from hashlib import sha256

from msgspec import Struct
from msgspec.structs import replace

from application.orders_in import UNKNOWN_LAW, OrderForm, as_code
from documents.order_forms.catalogue import CATEGORIES, fields_of
from documents.order_forms.commission import is_commission, read_commission
from documents.order_forms.filled import Filled, Part, numbered
from documents.order_forms.identifiers import OTHER, personal_of
from documents.order_forms.law_checks import EUROPEAN, law_problems
from documents.order_forms.own_xml import is_own, read_own
from documents.order_forms.problems import MOST_TOLD, FormRefused, Problem
from documents.order_forms.safe_xml import HostileXml, parsed
from documents.order_forms.shape_checks import day_of, shape_problems, without_faults
from documents.order_forms.ts_103_120 import is_ts_103_120, read_ts_103_120
from documents.order_forms.typed import read_typed
from rulebook import provision
from rulebook.calendar import AMSTERDAM
from schemas.formats import instant_of
from schemas.leaks import looks_personal

_BEGINNING = re.compile(rb"(?:\xef\xbb\xbf)?\s*<|\xff\xfe|\xfe\xff|\x00")
# What says that something is not there: not to be told of what the reader could not have read.
_ABSENT = {
    *("missing", "section-missing", "offence-basis-missing", "receiver-missing"),
    *("notification-missing", "validation-unnamed"),
}
# What an event calls the document.
_CARRIERS = {
    "confirmation": "epoc-pr-confirmation",
    "extension": "epoc-pr-extension",
    "national": "fields",
}
_KINDS = {
    "epoc": "production",
    "epoc-pr": "preservation",
    "confirmation": "preservation",
    "extension": "preservation",
}


_OFFICES: dict[str | None, str] = {"judge": "court", "public-prosecutor": "public-prosecutor"}
"""Authorities of a European order; a court is every judge: only that counts (art. 4(2))."""


class Received(Struct, frozen=True):
    """The orders of a document: one for each person or number that it names.

    `wrong`: with the document, so that nothing is given for it; the orders hold nothing of what is wrong.
    `more`: what a person must look at in the document, because this program does not read it. `unheld`:
    categories that it asks of which the ledger holds no field. `preserve_until`: the last day on which data
    is preserved, where the document says it.
    """

    orders: tuple[OrderForm, ...]
    wrong: tuple[Problem, ...] = ()
    more: tuple[Problem, ...] = ()
    unheld: tuple[str, ...] = ()
    preserve_until: date | None = None


def received(data: bytes, authority: str | None = None) -> Received:
    """The orders of a document. `authority`: the recipient of our register that it came from.

    Raises FormRefused for what is no form of an order, and where nothing says which authority it is.
    """
    written, form = filled_in(data)
    if written.form.direction == "out":
        raise FormRefused([Problem("not-an-order")])
    wrong = problems_of(written)[:MOST_TOLD]
    filled = without_faults(written) if wrong else written
    unnamed = [*_authority_problems(written, authority)]
    if unnamed or not (authority or filled.one("recipient")):
        raise FormRefused([*wrong, *unnamed])
    faults = tuple(dict.fromkeys(problem.code for problem in wrong))
    found = _orders(filled, form, sha256(data).hexdigest(), authority)
    orders = tuple(replace(order, form_faults=faults) for order in found)
    until = day_of(filled.one("extended_until"))
    return Received(orders, wrong, tuple(_to_look_at(filled)), _unheld(filled), until)


def _unheld(filled: Filled) -> tuple[str, ...]:
    """The categories that it asks of which the ledger holds no field."""
    asked = dict.fromkeys(filled.all("category"))
    return tuple(name for name in asked if any(not one.fields for one in CATEGORIES[name]))


def _to_look_at(filled: Filled) -> Iterator[Problem]:
    """What a person must look at, because no order holds it."""
    for number, part in numbered(filled):
        if part.all(OTHER):
            yield Problem("other-identifier", filled.code, part.letter, OTHER, number)
        number_of_case = part.one("file_number")
        if number_of_case and not _case(number_of_case):
            yield Problem("case-left-out", filled.code, part.letter, "file_number", number)
    for letter in filled.unread:
        yield Problem("more-sections", filled.code, letter)


def filled_in(data: bytes) -> tuple[Filled, str]:
    """The form of a document as it was filled in, not yet judged, and what kind of document it is.

    Raises FormRefused.
    """
    if not _BEGINNING.match(data):
        return read_typed(data), "fields"
    try:
        root = parsed(data)
    except HostileXml as error:
        raise FormRefused([Problem(error.fault)]) from None
    if is_own(root):
        filled = read_own(root)
    elif is_commission(root):
        filled = read_commission(root)
    elif is_ts_103_120(root):
        return read_ts_103_120(root), "ts-103-120"
    else:
        raise FormRefused([Problem("unknown-form")])
    return filled, filled.code


def problems_of(filled: Filled) -> tuple[Problem, ...]:
    """All that is wrong with a form, in the order of its sections."""
    order = [section.letter for section in filled.form.sections]
    found = [*shape_problems(filled), *law_problems(filled)]
    told = (one for one in dict.fromkeys(found) if not _is_unread(filled, one))
    return tuple(
        sorted(told, key=lambda one: order.index(one.section) if one.section in order else -1)
    )


def _is_unread(filled: Filled, problem: Problem) -> bool:
    """Whether something is said to be missing that the reader could not have read."""
    if filled.readable is None or problem.code not in _ABSENT:
        return False
    section = filled.form.by_letter[problem.section]
    names = [problem.field] if problem.field else [field.name for field in section.fields]
    return not any(map(filled.reads, names))


def _authority_problems(filled: Filled, authority: str | None) -> Iterator[Problem]:
    named = filled.one("recipient")
    block = "ordered" if filled.code == "national" else "authority"
    section = filled.form.section_with(block)
    letter = section.letter if section else ""
    if not (named or authority):
        yield Problem("authority-unknown", filled.code, letter, "recipient")
    if named and authority and named != authority:
        yield Problem("authority-differs", filled.code, letter, "recipient")


def _orders(filled: Filled, form: str, document: str, authority: str | None) -> Iterator[OrderForm]:
    named: set[str | None] = {None}
    for part in filled.block("evidence") or (Part("", {}),):
        begin, end = _days(part)
        subject = part.one("subject")
        # Of a person who stands there twice one order is known by the person, the others by themselves.
        known = None if subject in named else subject
        named.add(subject)
        yield OrderForm(
            provision=_provision(filled),
            authority=authority or filled.one("recipient") or "",
            issued_by=_issued_by(filled),
            kind=filled.one("kind") or _KINDS.get(filled.code),
            country=filled.one("issuing_state"),
            requested_fields=fields_of(part.all("category")),
            subject=known,
            personal=personal_of(part),
            period_from=begin,
            period_to=end,
            oral=filled.is_yes("oral"),
            urgent=_urgent(filled),
            respond_by=instant_of(filled.one("other_deadline") or ""),
            case_ref=_case(filled.one("file_number")),
            form=_CARRIERS.get(filled.code, form),
            sha256=document,
            extends=_extends(filled),
            notified=_notified(filled),
            authorised_by=_authorised_by(filled),
            authorisation_sha256=document if _authorised_by(filled) else None,
        )


def _provision(filled: Filled) -> str:
    """The provision by its id; one that the rulebook does not know as it is spelled, as far as a code can."""
    spelled = filled.one("provision") or ("" if filled.code == "national" else EUROPEAN)
    known = provision(spelled)
    return known.id if known else as_code(spelled) or UNKNOWN_LAW


def _issued_by(filled: Filled) -> str | None:
    """Who ordered it: for a European order a court or a prosecutor, as its section of the issuer says.

    An authority that is neither orders by the one that validated it. None where the form leaves it open.
    """
    if filled.code == "national":
        return filled.one("issued_by")
    return _OFFICES.get(filled.one("issuer_kind")) or _OFFICES.get(filled.one("validator_kind"))


def _authorised_by(filled: Filled) -> str | None:
    """The judge or prosecutor who validated what another authority issued; None where nobody did."""
    validator = _OFFICES.get(filled.one("validator_kind"))
    return validator if validator != _issued_by(filled) else None


def _urgent(filled: Filled) -> bool | None:
    deadlines = filled.all("deadline")
    if deadlines:
        return any(one.startswith("eight-hours") for one in deadlines)
    return filled.is_yes("urgent") if filled.all("urgent") else None


def _extends(filled: Filled) -> str | None:
    """The order to preserve that this one prolongs, or whose data it wants, by our reference of it."""
    prolongs = filled.form.section_with("prolonged")
    return filled.one("addressee_file_number" if prolongs else "earlier_order")


def _notified(filled: Filled) -> bool | None:
    """Whether the authority of our State was notified (art. 8); None where the form does not say it."""
    if filled.code != "epoc":
        return None
    return bool(filled.block("notified")) or "ten-days-after-notification" in filled.all("deadline")


def _days(part: Part) -> tuple[date | None, date | None]:
    """The days here of a time range. An end at midnight is the end of the day before: no day is added."""
    begin, end = (instant_of(part.one(name) or "") for name in ("from", "to"))
    if begin is None or end is None or end < begin:
        return None, None
    return _day(begin), _day(max(begin, end - timedelta(microseconds=1)))


def _day(instant: datetime) -> date:
    return instant.astimezone(AMSTERDAM).date()


def _case(text: str | None) -> str | None:
    """A file number as a code: what no code may hold becomes a hyphen. The document has it as it was.

    None for what may be about a person: a code stands in clear.
    """
    code = as_code(text or "")
    return code if code and not (looks_personal(text or "") or looks_personal(code)) else None
