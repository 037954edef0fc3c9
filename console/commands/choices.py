"""Commands about what a person agreed to, and what may follow from it: consents, marketing."""

from pathlib import Path
from typing import Annotated

import typer

from application.following import bring_up_to_date
from application.queries.persons.consents import Consents, consents, declared_for, with_history
from application.queries.persons.everyone import all_consents
from application.queries.persons.marketing import marketing
from application.queries.subjects import check_person
from application.source import Source
from console.commands.people import All, OptionalSubject, Subject, one_or_all, prepare, reading
from console.commands.reports import Output, form_of, put
from console.flags import (
    AtMoment,
    AtPosition,
    Json,
    RecordedBy,
    code_option,
    configured,
    moment_of,
    switch,
)
from console.output import emit_lines, people, print_answer
from console.setting_flags import OptionGroup
from console.show.consent import consents_tables
from console.show.evidence import evidence_tables
from console.show.marketing import marketing_tables
from documents.ts27560 import consent_receipt, consent_records
from host.settings import Settings
from host.site import Site
from ledger.event import instant
from projections.folds.timetravel import NOW, Moment
from projections.reading.views import register_entries
from rulebook.purposes import CHANNELS
from schemas.encoding import to_line

_At = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        "--at",
        metavar="T",
        help="At this time, such as 2026-11-24T10:15:00+01:00; also a time to come.",
    ),
]
Then = Annotated[
    Moment,
    OptionGroup(moment_of, {"as_of": _At, "recorded_by": RecordedBy, "at_position": AtPosition}),
]
CONSENT_DOCUMENTS = {"ts27560": consent_records, "ts27560-receipt": consent_receipt}
CONSENT_FORMATS = ("json", *CONSENT_DOCUMENTS)


@configured("store", "register")
def show_consents(
    settings: Settings,
    subject: OptionalSubject = None,
    everyone: All = False,
    history: Annotated[
        bool, switch("--history", "Also every act, with the text that the person agreed to.")
    ] = False,
    form: Annotated[
        str | None,
        code_option(
            "--format",
            "F",
            CONSENT_FORMATS,
            "json; ts27560: records of ISO/IEC TS 27560 in JSON-LD; ts27560-receipt: what the "
            "person gets of them.",
        ),
    ] = None,
    output: Output = None,
    moment: AtMoment = NOW,
    as_json: Json = False,
) -> None:
    """Print what a person consented to or chose, and whether each consent has effect."""
    reference, form = one_or_all(subject, everyone), form_of(form, as_json, output, CONSENT_FORMATS)
    if reference is None and (history or form not in {None, "json"}):
        raise typer.BadParameter("--history and --format are about one SUBJECT")
    with reading(settings, "consents", moment, subject) as (site, source):
        if reference is None:
            prepare(site, moment)
            emit_lines(all_consents(source, moment))
        elif form in CONSENT_DOCUMENTS:
            put(_document(site, source, form, reference, moment), output)
        else:
            answer = (with_history if history else consents)(source, reference, moment)
            _put(answer, form, output)


def _document(site: Site, source: Source, form: str, reference: str, moment: Moment) -> bytes:
    """Every act of the person, and what the register says of the activities that they are part of."""
    answer = with_history(source, reference, moment)
    bring_up_to_date(site)  # declarations are read from a view, acts from the events
    declared = declared_for(answer.history or (), register_entries(source.session))
    created = instant(moment.as_of or source.now)
    document = CONSENT_DOCUMENTS[form](answer, site.settings.controller, declared, created)
    return to_line(document)


def _put(answer: Consents, form: str | None, output: Path | None) -> None:
    if form == "json":
        put(to_line(answer), output)
    else:
        people().print(*consents_tables(answer), *evidence_tables(answer))


@configured("store")
def show_marketing(
    settings: Settings,
    subject: Subject,
    channel: Annotated[
        list[str] | None,
        code_option("--channel", "C", CHANNELS, "One of {}; may be repeated. Without it: all."),
    ] = None,
    moment: Then = NOW,
    as_json: Json = False,
) -> None:
    """Print whether you may approach a person by each channel, by law and by our own promise."""
    check_person(subject)
    with reading(settings, "marketing", moment, subject) as (_, source):
        answer = marketing(source, subject, channel or CHANNELS, moment)
        print_answer(answer, marketing_tables, as_json)
