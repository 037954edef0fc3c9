"""`ledger report`: what is made for a person who asks, as a document that can be handed over."""

from pathlib import Path
from typing import Annotated, NamedTuple, TypeVar

from application.answer import Answer
from application.following import bring_up_to_date
from application.language import spoken
from application.queries.subjects import check_person
from console.commands.people import Subject, reading
from console.commands.reports import Output, form_of, put
from console.flags import AtPosition, Json, code_option, configured, option, time_of
from documents.reports import ACCESS_REPORT, PORTABILITY_EXPORT, Report, ReportRequest, issued
from host.settings import Settings
from projections.folds.timetravel import Moment
from schemas.texts import Language

A = TypeVar("A", bound=Answer)
Request = Annotated[
    str | None,
    option(
        "--request", "REF", "The request that it answers: hash and checkpoint are recorded on it."
    ),
]
At = Annotated[str | None, option("--at", "T", "Time of the document, with offset. Default: now.")]


@configured("store", "log", "register")
def report_access(
    settings: Settings,
    subject: Subject,
    request: Request = None,
    form: Annotated[
        str | None,
        code_option("--format", "F", ACCESS_REPORT.forms, show_default="json"),
    ] = None,
    output: Output = None,
    at_position: AtPosition = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Make the access report of a person: what is processed, why, who received it, when it was seen."""
    form = form_of(form, as_json, None, list(ACCESS_REPORT.forms))
    options = _ReportOptions(subject, request, form, spoken("nl"), output, at_position, at)
    _make(settings, ACCESS_REPORT, options)


@configured("store", "log", "register")
def report_portability(
    settings: Settings,
    subject: Subject,
    request: Request = None,
    form: Annotated[
        str | None,
        code_option("--format", "F", PORTABILITY_EXPORT.forms, show_default="json"),
    ] = None,
    output: Output = None,
    at_position: AtPosition = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Make the file that a person takes along: what they provided, on consent or a contract."""
    form = form_of(form, as_json, None, list(PORTABILITY_EXPORT.forms))
    options = _ReportOptions(subject, request, form, "en", output, at_position, at)
    _make(settings, PORTABILITY_EXPORT, options)


class _ReportOptions(NamedTuple):
    """What is asked for on the command line, about whom and in which form."""

    subject: str
    request: str | None
    form: str | None
    language: Language
    output: Path | None
    at_position: int | None
    at: str | None


def _make(settings: Settings, report: Report[A], options: _ReportOptions) -> None:
    check_person(options.subject)
    time, form = time_of("--at", options.at), options.form or "json"
    moment = Moment(at_position=options.at_position)
    with reading(settings, "report", moment, options.subject) as (site, source):
        bring_up_to_date(site)
        asked = ReportRequest(
            options.subject, form, options.language, options.request, options.at_position, time
        )
        put(issued(report, site, source, asked, settings.controller), options.output)
