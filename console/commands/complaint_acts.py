"""`ledger complaint`: that a complaint came in, and that it was answered."""

from functools import partial

from application.acts import on_complaints
from application.acts.on_complaints import ComplaintAnswer, NewComplaint
from application.language import spoken
from application.listings.complaints import COMPLAINT
from application.queries.cases.complaints import complaint
from application.source import Source
from console.commands.people import working
from console.flags import Json, configured
from console.output import print_answer
from console.show.declared import tables_of
from host.settings import Settings
from projections.folds.timetravel import NOW


@configured("store")
def receive(settings: Settings, given: NewComplaint, as_json: Json = False) -> None:
    """Record that a person complained, here or to the authority. The clock runs from then on (`--at`)."""
    with working(settings, "complaint", given.at) as (site, source, time):
        ref = on_complaints.receive(site, source, given, time)
        _print(source, ref, given.subject, as_json)


@configured("store")
def answer(settings: Settings, given: ComplaintAnswer, as_json: Json = False) -> None:
    """Record that you answered a complaint, and the outcome. Refused when it was answered before."""
    with working(settings, "complaint", given.at) as (site, source, time):
        on_complaints.answer(site, source, given, time)
        _print(source, given.ref, given.subject, as_json)


def _print(source: Source, ref: str, subject: str | None, as_json: bool) -> None:
    print_answer(
        complaint(source, ref, subject, NOW, spoken()), partial(tables_of, COMPLAINT), as_json
    )
