"""Documents of orders: what `ledger order receive` takes; `ledger order form`, `answer` and `letter`."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Annotated

import typer
from msgspec.structs import replace

from application.language import spoken
from application.lookups import codes
from application.orders_in import OrderForm
from application.queries.desk.found_orders import FoundOrder, find_order
from application.queries.desk.order_letters import LETTERS, LetterKind, order_letter
from console.commands.order_flags import OPTIONS, order_forms_of
from console.commands.order_lists import OrderRef, Whose
from console.commands.people import prepare, reading
from console.commands.reports import Output, put
from console.flags import AtMoment, code_option, configured, option, option_of, spoken_to
from console.setting_flags import OptionGroup
from console.streams import opened
from documents.order_forms import (
    ANSWERS,
    FORMS,
    FormRefused,
    Received,
    answered,
    blank,
    form_page,
    form_text,
    known_of,
    notes_of,
    own_xml,
    received,
)
from documents.order_forms.safe_xml import MOST_BYTES
from documents.order_letter import order_letter_document
from documents.report_page import report_page
from documents.report_pdf import report_pdf
from documents.report_text import report_text
from host.notes import note
from host.settings import Settings
from ledger.errors import Misconfigured, Reject
from projections.folds.timetravel import NOW
from rulebook.calendar import day_of

_Flag = str | list[str] | bool | None
_FORMATS = ("xml", "html", "text")
_LETTER_FORMATS = ("pdf", "html", "text")
_CERTIFICATES = {"production": "epoc", "preservation": "epoc-pr"}


def _orders_of(*, form: str | None, authority: str | None, **flags: _Flag) -> Received:
    """The orders that a document or flags state. Raises BadParameter, Reject, Misconfigured."""
    if form is None:
        return Received(order_forms_of(authority=authority, **flags))
    named = next((name for name, value in flags.items() if value), None)
    if named:
        flag = f"--{named.replace('_', '-')}"
        raise typer.BadParameter(f"{flag}: the document of --form says it")
    document = _content(form)
    try:
        return received(document, authority)
    except FormRefused as error:
        _tell(error)
        raise Reject(
            "the document cannot be read as the form of an order: say with flags what it asks, and name it "
            "with --document"
        ) from None


Stated = Annotated[
    Received,
    OptionGroup(
        _orders_of,
        OPTIONS
        | {
            "form": Annotated[
                str | None,
                option("--form", "FILE", "Its document, which says the rest; - is standard input."),
            ]
        },
    ),
]
"""The orders as the flags of a command, or a document, state them."""


def _content(path: str) -> bytes:
    with opened(path) as stream:
        return stream.read(MOST_BYTES + 1)


def _tell(error: FormRefused) -> None:
    """Tell each problem on a line of its own. Nothing of the document is repeated."""
    for line in error.lines(spoken()):
        note(line)


def about(orders: Sequence[OrderForm], subject: str | None, ref: str | None) -> list[OrderForm]:
    """The orders with the person and the reference that a command names. Raises Misconfigured."""
    if subject and (len(orders) > 1 or orders[0].subject not in {None, subject}):
        raise Misconfigured("the document says whom it is about", field="subject")
    return [replace(one, subject=subject or one.subject, order_ref=ref) for one in orders]


def tell_about(stated: Received) -> None:
    """Tell what a person must look at in a document that was taken."""
    for line in notes_of(stated, spoken()):
        note(line)


@spoken_to
def print_form(
    _ctx: typer.Context,
    form: Annotated[
        str,
        typer.Argument(
            metavar="FORM",
            help="Which form.",
            autocompletion=lambda: [*FORMS],
            callback=option_of(lambda: codes(FORMS)),
        ),
    ],
) -> None:
    """Print the fields of a form as TOML, to be typed from paper.

    Forms that come in: epoc, epoc-pr, confirmation, extension, national; that goes back: objection. A star
    marks a field that must be filled in.
    """
    put(blank(form, spoken()).encode(), None)


@configured("store", "register")
def answer(
    settings: Settings,
    ref: OrderRef,
    typed: Annotated[
        str, typer.Argument(metavar="FILE", help="The fields as typed, in TOML or JSON.")
    ],
    form: Annotated[str, code_option("--form", "F", ANSWERS, "Which answer: one of {}.")],
    file_format: Annotated[
        str | None, code_option("--format", "F", _FORMATS, show_default="text")
    ] = None,
    output: Output = None,
    document: Annotated[
        str | None,
        option("--document", "FILE", "The order's own document: names, numbers, what is wrong."),
    ] = None,
    subject: Whose = None,
) -> None:
    """Print an answer to a European order: what was typed, completed with what the ledger knows.

    With the document of the order also the authority, its file number, and as reasons of an objection what
    is wrong with it. Refused while something is missing. An objection is the form of the addressee; a
    confirmation and an extension are drafts for the authority. `ledger order object --document` records what
    was sent.
    """
    with reading(settings, "order", NOW) as (site, source):
        prepare(site, NOW)
        found = find_order(source, ref, subject)
        known = _known(found, settings)
    try:
        if document:
            known = {**known_of(_same(found, _content(document)), spoken()), **known}
        filled = answered(form, _content(typed), known)
    except FormRefused as error:
        _tell(error)
        raise Reject("the document was not taken") from None
    if file_format == "xml":
        content = own_xml(filled)
    else:
        content = (form_page if file_format == "html" else form_text)(filled, spoken())
    put(content, output)


@configured("store", "register")
def letter(
    settings: Settings,
    ref: OrderRef,
    kind: Annotated[
        LetterKind | None,
        code_option("--kind", "K", LETTERS, "Which letter: one of {}. Default: by its status."),
    ] = None,
    file_format: Annotated[
        str | None, code_option("--format", "F", _LETTER_FORMATS, show_default="text")
    ] = None,
    output: Output = None,
    subject: Whose = None,
    moment: AtMoment = NOW,
) -> None:
    """Print a letter to the authority of an order: that it came in, why not, or what was given.

    In Dutch unless --language says otherwise. It has both file numbers, the legal ground, what is missing,
    and by when; of what was given the fields, the period and the hashes. It names no person and no number.
    Nothing is recorded: `ledger order object --document` records what was sent.
    """
    with reading(settings, "order", moment) as (site, source):
        prepare(site, moment.known)
        language = spoken("nl")
        told = order_letter(source, ref, subject, kind, language, moment)
        made_at = moment.as_of or source.now
    document = order_letter_document(told, settings.controller, made_at, language)
    if file_format == "pdf":
        content = report_pdf(document, made_at)
    else:
        content = (report_page if file_format == "html" else report_text)(document)
    put(content, output)


def _same(found: FoundOrder, document: bytes) -> bytes:
    """The document that an order was received by. Raises Reject for another one."""
    receipt = found.order.receipt
    kept = receipt and receipt.facts.get("sha256")
    if kept and kept != sha256(document).hexdigest():
        raise Reject("this is not the document that was received")
    return document


def _known(found: FoundOrder, settings: Settings) -> Mapping[str, tuple[str, ...]]:
    """What the ledger knows of a European order, by field of a form. Raises Reject for another one."""
    facts, receipt = found.order.facts, found.order.receipt
    if facts is None or receipt is None or not facts.provision.startswith("eu.2023.1543"):
        raise Reject("only a European order is answered with a form")
    known = {
        "certificate": _CERTIFICATES.get(facts.kind or ""),
        "issuing_state": receipt.facts.get("country"),
        "received_on": day_of(facts.received_at).isoformat(),
        "addressee": settings.controller.name,
        "addressee_file_number": found.order.ref,
    }
    return {name: (value,) for name, value in known.items() if isinstance(value, str)}
