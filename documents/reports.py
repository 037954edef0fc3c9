"""Reports about a person in every form that they are handed over in: the same answer, the same bytes."""

from collections.abc import Callable, Mapping
from typing import Generic, NamedTuple, TypeVar

from application.acts.reporting import ACCESS, PORTABILITY, ReportKind
from application.queries.reports.access import AccessReport, ReportScope, access_report
from application.queries.reports.portability import PortabilityExport, portability
from application.source import Source
from documents.portability import portability_csv
from documents.report_document import access_document
from documents.report_page import report_page
from documents.report_pdf import report_pdf
from schemas.encoding import to_line

A = TypeVar("A")


class Report(NamedTuple, Generic[A]):
    """A kind of report: the query that answers, and by name the forms that the answer is written in."""

    kind: ReportKind
    make: Callable[[Source, ReportScope], A]
    forms: Mapping[str, Callable[[A, ReportScope], bytes]]

    def written(self, source: Source, scope: ReportScope, form: str) -> bytes:
        """The bytes that are handed over. Raises UnknownSubject."""
        return self.forms[form](self.make(source, scope), scope)


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
