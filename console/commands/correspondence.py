"""`ledger letter`: letters of the privacy office, to persons and to recipients of their data."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Annotated

from application.language import chosen
from application.queries.lookups import known_activity, known_recipient
from application.queries.reports.letters import ON_REQUESTS
from application.queries.subjects import check_person
from application.source import Source
from console.commands.incidents import Ref as Breach
from console.commands.people import OptionalSubject, Subject, working
from console.commands.reports import Output, put
from console.commands.request_lists import Ref, Whose
from console.flags import code_option, configured, option
from documents.correspondence import FORMS, Pen, of_news, on_breach, on_request, to_recipient
from host.notes import tell
from host.settings import Settings
from projections.views.notifications import ACTIONS

Form = Annotated[str, code_option("--format", "F", tuple(FORMS))]


@configured("store", "register")
def write_on_request(
    settings: Settings,
    ref: Ref,
    subject: Whose = None,
    letter: Annotated[
        str | None,
        code_option(
            "--letter", "L", ON_REQUESTS, "One of {}; without it: what its state asks for."
        ),
    ] = None,
    form: Form = "text",
    output: Output = None,
) -> None:
    """Write a letter on a request: receipt, question about identity, extension, or refusal.

    It says what the person can do, by when, and with whom, in the language of the person's last document,
    else in Dutch; --language chooses. Name and address stand in it once identity was verified.
    """
    _write(settings, form, output, lambda it, pen: on_request(it, pen, ref, subject, letter))


@configured("store", "register")
def write_on_breach(
    settings: Settings,
    ref: Breach,
    subject: OptionalSubject = None,
    form: Form = "text",
    output: Output = None,
) -> None:
    """Write what persons must be told of a breach (GDPR Art. 34); without SUBJECT to all customers.

    It is made from what `ledger incident assess` recorded, and refused while something is missing. `ledger
    incident tell --sha256` takes the sum that is printed beside it.
    """
    _write(settings, form, output, lambda it, pen: on_breach(it, pen, ref, _person(subject)))


@configured("store", "register")
def write_to_recipient(
    settings: Settings,
    subject: Subject,
    recipient: Annotated[str, option("--recipient", "R", "By id or name.")],
    action: Annotated[str, code_option("--action", "A", ACTIONS)],
    form: Form = "text",
    output: Output = None,
) -> None:
    """Write to a recipient that data which it got was corrected, erased or restricted (GDPR Art. 19)."""
    check_person(subject)
    _write(
        *(settings, form, output),
        lambda it, pen: to_recipient(it, pen, subject, known_recipient(it, recipient), action),
    )


@configured("store", "register")
def write_announcement(
    settings: Settings,
    subject: OptionalSubject = None,
    recipient: Annotated[
        str | None, option("--recipient", "R", "A recipient that is new, by id or name.")
    ] = None,
    activity: Annotated[
        str | None, option("--activity", "A", "An activity whose purposes are new.")
    ] = None,
    form: Form = "text",
    output: Output = None,
) -> None:
    """Write that another privacy notice applies, and what is new in it; without SUBJECT to all customers."""

    def news(source: Source, pen: Pen) -> bytes:
        party = known_recipient(source, recipient) if recipient else None
        what_for = known_activity(source, activity) if activity else None
        return of_news(source, pen, _person(subject), party, what_for)

    _write(settings, form, output, news)


def _person(subject: str | None) -> str | None:
    if subject is not None:
        check_person(subject)
    return subject


def _write(
    settings: Settings,
    form: str,
    output: Path | None,
    make: Callable[[Source, Pen], bytes],
) -> None:
    """Write a letter, and say what its SHA-256 is."""
    with working(settings, "letter", None) as (_, source, _now):
        content = make(source, Pen(settings.controller, form, chosen()))
        put(content, output)
    tell("letter-sum", sha256(content).hexdigest())
