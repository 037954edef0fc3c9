"""Reports about a person in every form that they are handed over in: the same answer, the same bytes."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

from application.acts.reporting import ACCESS, PORTABILITY, ReportKind, checkpoint_before, issue
from application.controller import Controller
from application.queries.reports.access import AccessReport, ReportScope, access_report
from application.queries.reports.portability import PortabilityExport, portability
from application.site import Site
from application.source import Source
from documents.portability import portability_csv
from documents.report_document import access_document
from documents.report_page import report_page
from documents.report_pdf import report_pdf
from ledger.reading import head_position
from schemas.encoding import to_line
from schemas.texts import Language

A = TypeVar("A")


class Report(NamedTuple, Generic[A]):
    """A kind of report: the query that answers, and by name the forms that the answer is written in."""

    kind: ReportKind
    make: Callable[[Source, ReportScope], A]
    forms: Mapping[str, Callable[[A, ReportScope], bytes]]

    def written(self, source: Source, scope: ReportScope, form: str) -> bytes:
        """The bytes that are handed over. Raises UnknownSubject."""
        return self.forms[form](self.make(source, scope), scope)


class ReportRequest(NamedTuple):
    """Which document is asked for: about whom, on which request, in which form and language, as of when.

    `position`: of the last event that it reflects; None: of the last one that is recorded.
    """

    reference: str
    form: str
    language: Language
    request_ref: str | None = None
    position: int | None = None
    time: datetime | None = None


def issued(
    report: Report[A], site: Site, source: Source, asked: ReportRequest, controller: Controller
) -> bytes:
    """The bytes of a document, first recorded on its request. Expects views that are up to date.

    Raises of a request NotAllowed, ActRefused, Retry or Halt, and UnknownSubject: then nothing leaves.
    """
    site.record_reads(ended=asked.reference)  # the report tells of visits that go on
    head = head_position(source.session)
    position = head if asked.position is None else min(asked.position, head)
    scope = ReportScope(
        reference=asked.reference,
        request_ref=asked.request_ref,
        language=asked.language,
        position=position,
        rendered_at=asked.time or source.now,
        controller=controller,
        checkpoint=checkpoint_before(site.log_folder, position),
    )
    content = report.written(source, scope, asked.form)
    issue(site, source, scope, report.kind, content, asked.form)
    return content


ACCESS_REPORT: Report[AccessReport] = Report(
    ACCESS,
    access_report,
    {
        "json": lambda answer, _scope: to_line(answer),
        "html": lambda answer, _scope: report_page(access_document(answer)),
        "pdf": lambda answer, scope: report_pdf(access_document(answer), scope.rendered_at),
    },
)
PORTABILITY_EXPORT: Report[PortabilityExport] = Report(
    PORTABILITY,
    portability,
    {
        "json": lambda answer, _scope: to_line(answer),
        "csv": lambda answer, _scope: portability_csv(answer),
    },
)
