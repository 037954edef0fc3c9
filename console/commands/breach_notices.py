"""`ledger incident notification`: the notification of a breach to the authority, as a document."""

from typing import Annotated

from application.language import spoken
from application.queries.cases.breach_notice import breach_notice
from application.queries.cases.found_incidents import find_case
from application.words import counted
from console.commands.failing import fail_unless
from console.commands.incidents import Ref
from console.commands.people import prepare, reading
from console.commands.reports import Output, form_of, put
from console.flags import AtMoment, Json, code_option, configured
from documents.breach_notice import notice_page, notice_text
from host.notes import note
from host.settings import Settings
from projections.folds.timetravel import NOW
from schemas.encoding import to_line

_FORMS = ("html", "json", "text")


@configured("store", "register")
def write_notification(
    settings: Settings,
    ref: Ref,
    form: Annotated[str | None, code_option("--format", "F", _FORMS, show_default="text")] = None,
    output: Output = None,
    moment: AtMoment = NOW,
    as_json: Json = False,
) -> None:
    """Print what you must tell the authority of a breach (GDPR Art. 33), and what is missing.

    The document has every item of Art. 33(3), the reason for a delay (33(1)), and the phases of the
    notification (33(4)). They come from what `ledger incident detect`, `assess` and `notify` recorded. Exit
    status 1 while something is missing.
    """
    form = form_of(form, as_json, None, _FORMS) or "text"
    with reading(settings, "incident", moment) as (site, source):
        prepare(site, moment.known)
        case = find_case(source, ref, "breach", moment=moment)
        answer = breach_notice(case, settings.controller, moment.as_of or source.now)
    document_of = {"html": notice_page, "text": notice_text}.get(form)
    put(document_of(answer, spoken()) if document_of else to_line(answer), output)
    missing = len(answer.missing)
    if missing and output is not None:
        note(f"ledger: {counted('point', missing)}")
    fail_unless(not missing)
