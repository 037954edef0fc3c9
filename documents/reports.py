"""Reports about a person in every form that they are handed over in: the same answer, the same bytes."""

from collections.abc import Callable, Mapping

from application.acts.reporting import ACCESS, PORTABILITY, Answer
from application.queries.access_report import Asked
from documents.portability import portability_csv
from documents.report_document import access_document
from documents.report_page import report_page
from documents.report_pdf import report_pdf
from schemas.encoding import to_line

Form = Callable[[Answer, Asked], bytes]

ACCESS_FORMS: Mapping[str, Form] = {
    "json": lambda answer, _asked: to_line(answer),
    "html": lambda answer, _asked: report_page(access_document(answer)),
    "pdf": lambda answer, asked: report_pdf(access_document(answer), asked.rendered_at),
}
PORTABILITY_FORMS: Mapping[str, Form] = {
    "json": lambda answer, _asked: to_line(answer),
    "csv": lambda answer, _asked: portability_csv(answer),
}
FORMS: Mapping[str, Mapping[str, Form]] = {
    ACCESS.right: ACCESS_FORMS,
    PORTABILITY.right: PORTABILITY_FORMS,
}
"""Right that a report serves -> form -> what writes it."""
