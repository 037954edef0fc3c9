"""The access report as a document: sections with tables, in Dutch or English. Pure."""

from collections.abc import Iterable

from application.answer import Gone
from application.queries.reports.access import AccessReport
from documents.letter import Document, envelope
from documents.report_sections import SECTIONS, ReportWords
from schemas.personal import each_of


def access_document(answer: AccessReport) -> Document:
    """The report in the language of the answer."""
    report = ReportWords(answer)
    return Document(
        language=report.language,
        addressee=_addressee(report),
        title=report.say("title", "access"),
        law=report.say("title", "law"),
        facts=tuple(_facts(report)),
        intro=(
            *(report.say("intro", name) for name in ("made", "others")),
            answer.said_to_all.said(report.language),
        ),
        sections=tuple(make(report) for make in SECTIONS),
        footer=report.say("title", "page", "{}", "{}"),
    )


def _addressee(report: ReportWords) -> tuple[str, ...]:
    """The current name and address, from the data itself; without a name a phrase in its place."""
    return envelope(_current_texts(report), report.say("title", "unnamed"))


def _current_texts(report: ReportWords) -> dict[str, str]:
    """By field what is current as a text, the latest of each; the country by its name."""
    current = [row for row in report.answer.data if row.current and not row.annulled]
    by_time = sorted(current, key=lambda row: row.since)
    texts = {
        row.field: ", ".join(map(str, each_of(row.value)))
        for row in by_time
        if not isinstance(row.value, Gone)
    }
    if "country" in texts:
        texts["country"] = report.words.country(texts["country"])
    return texts


def _facts(report: ReportWords) -> Iterable[tuple[str, str]]:
    answer = report.answer
    controller = answer.controller
    yield report.say("title", "subject"), answer.subject
    if answer.request_ref:
        yield report.say("title", "request"), answer.request_ref
    whom = [controller.name, controller.address, controller.contact]
    yield report.say("title", "controller"), " · ".join(whom)
    if controller.data_protection_officer:
        yield report.say("title", "officer"), controller.data_protection_officer
    made_at = report.moment(answer.rendered_at)
    yield report.say("proof", "position"), report.say("title", "moment", answer.position, made_at)
