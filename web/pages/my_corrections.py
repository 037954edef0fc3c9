"""What a person of the portal corrects: a form for each category that the portal takes, with what is held.

A field that the person did not change is not sent on, so that an older page takes nothing back that was
corrected meanwhile.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgspec

from application.acts import by_person
from application.language import spoken
from application.queries.reports.own import OwnData
from documents.letter import Letter
from documents.report_sections import value_told
from ledger.errors import Misconfigured
from rulebook.portal import PORTAL_ACTS
from schemas import PERSONAL_FIELDS
from schemas.texts import countries, field_name
from web.acts import Act
from web.context import RequestContext
from web.linking import act
from web.page import Page
from web.pages.common import cap
from web.pages.my import OwnForm, deed, done
from web.pages.values import category
from web.parts import Input, Table, columns
from web.parts import Kind as InputKind
from web.pieces import Link
from web.portal import HOME
from web.problems import NotFound
from web.resource import NoParams
from web.resources.own import own_data
from web.words import t

CORRECT = f"{HOME}/correct"
CATEGORIES = tuple(entry.about for entry in PORTAL_ACTS if entry.kind == "correction")
WAS = "was_"
"""Before the name of a field: what the page showed of it."""
_INPUT_KINDS: Mapping[str, InputKind] = {
    "email": "email",
    "invoice_email": "email",
    "mobile_number": "tel",
    "fixed_number": "tel",
    "date_of_birth": "date",
}
_HINTED = frozenset({"postcode", "mobile_number", "fixed_number", "kvk_number"})
_NUMBERS = frozenset({"mobile_number", "fixed_number"})
# Digits as people group them; a zero in brackets after the country is no part of the number.
_DIALLED = re.compile(r"[+0][0-9 ()./-]*\Z")
_TRUNK = re.compile(r"^00?")
_AUTOCOMPLETE = {
    "name": "name",
    "company_name": "organization",
    "date_of_birth": "bday",
    "street": "address-line1",
    "postcode": "postal-code",
    "city": "address-level2",
    "country": "country",
    "email": "email",
    "mobile_number": "tel",
    "fixed_number": "tel",
}
"""Of what is the person's own: by this a browser helps to fill it in."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z")


def fields_of(name: str) -> tuple[str, ...]:
    """The fields of a category, in the order of the contract."""
    return tuple(field for field, category in PERSONAL_FIELDS.items() if category == name)


def form_of(name: str) -> type[OwnForm]:
    """What the form of a category sends: each field, and what the page showed of it."""
    members = [
        (prefix + field, str | None, None) for field in fields_of(name) for prefix in ("", WAS)
    ]
    form = msgspec.defstruct(
        f"Correct{name.title()}", members, bases=(OwnForm,), frozen=True, kw_only=True
    )
    return cast(type[OwnForm], form)


def _overview(_visit: RequestContext, _params: NoParams, answer: OwnData) -> Mapping[str, object]:
    letter = Letter(spoken())
    headings = columns(*(t(f"my-correct.{word}") for word in ("what", "now")))
    tables = []
    for name in CATEGORIES:
        if name in answer.erased_categories:
            continue
        held = {row.field: row for row in answer.data if row.category == name}
        rows = tuple(
            (
                cap(field_name(field, spoken())),
                value_told(letter, held[field].value, field),
            )
            for field in fields_of(name)
            if field in held
        )
        title = category(name)
        link = Link(act("my", "correct", name), t("my-correct.change", title.lower()))
        tables.append((Table(title, headings, rows, name), link))
    return {"title": t("my-correct.title"), "said": t("my-correct.said"), "tables": tables}


def _inputs(context: RequestContext, name: str) -> Sequence[Input]:
    """The fields of a category as they are now. Raises NotFound for one that was erased."""
    answer = own_data.load(context, NoParams())
    if name in answer.erased_categories:
        raise NotFound
    held = {row.field: row.value for row in answer.data}
    inputs = []
    for field in fields_of(name):
        value = held.get(field)
        if isinstance(value, list) or (value is not None and not isinstance(value, str)):
            continue  # several values, or none that a person types
        inputs += [_input(field, value or ""), Input(WAS + field, "hidden", value=value or "")]
    return inputs


def _input(field: str, value: str) -> Input:
    kind = _INPUT_KINDS.get(field, "text")
    options: tuple[tuple[str, object], ...] = ()
    if kind == "date" and value and not _DAY.match(value):
        kind = "text"  # a field for a date would not show it
    if field == "country" and (not value or value in dict(countries(spoken()))):
        kind, options = "choice", (("", t("form.choose")), *countries(spoken()))
    hint = field if field in _HINTED else ""
    return Input(
        field,
        kind,
        options,
        hint=hint,
        value=value,
        title=cap(field_name(field, spoken())),
        autocomplete=_AUTOCOMPLETE.get(field, "off"),
    )


def _correct(context: RequestContext, form: OwnForm, name: str) -> str:
    source = context.own_acting_source("own-data")
    changed = {}
    for field in fields_of(name):
        text, was = (written(field, getattr(form, member)) for member in (field, WAS + field))
        if text is None and was is not None:
            raise Misconfigured("this cannot be made empty here: ask for erasure", field=field)
        if text is not None and text != was:
            changed[field] = text
    if not changed:
        raise Misconfigured("nothing is changed yet", field=fields_of(name)[0])
    named = deed(context, "/me/corrections", form)
    return done(by_person.correct(context.site, source, named, changed))


def written(field: str, typed: str | None) -> str | None:
    """What a person typed, as the contract writes it: a number with its country, a postcode in capitals."""
    text = (typed or "").strip()
    if field == "postcode":
        text = text.upper()
    elif field in _NUMBERS and _DIALLED.match(text):
        digits = re.sub(r"\(0\)|[^+0-9]", "", text)
        text = _TRUNK.sub(lambda found: "+" if found[0] == "00" else "+31", digits)
    return text or None


def _act(name: str) -> Act[Any, Any]:
    return Act(
        name=f"my-correct-{name}",
        path=f"{CORRECT}/{name}",
        section="my-correct",
        part="own",
        deed="self-service",
        params=NoParams,
        fields=form_of(name),
        inputs=lambda context, _params: _inputs(context, name),
        back=lambda _params: CORRECT,
        do=lambda context, form: _correct(context, form, name),
    )


OVERVIEW = Page(CORRECT, "my-correct", own_data, "my_correct.html", _overview, entry=True)
ACTS = tuple(map(_act, CATEGORIES))
PAGES = (OVERVIEW, *(act.page for act in ACTS))
FORMS = tuple(act.form for act in ACTS)
