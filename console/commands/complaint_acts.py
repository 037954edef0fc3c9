"""`ledger complaint`: that a complaint came in, and that it was answered."""

from functools import partial
from typing import Annotated

from application.acts import on_complaints
from application.acts.offered import COMPLAINT_OUTCOMES
from application.acts.on_complaints import NewComplaint, OnComplaint
from application.language import spoken
from application.listings.complaints import COMPLAINT
from application.queries.cases.complaints import complaint
from application.source import Source
from console.commands.complaints import Ref, Whose
from console.commands.people import Subject, working
from console.flags import At, Json, configured, option
from console.output import print_answer
from console.show.declared import tables_of
from host.settings import Settings
from projections.folds.timetravel import NOW


@configured("store")
def receive(
    settings: Settings,
    subject: Subject,
    via: Annotated[
        str, option("--via", "W", "By which way it came in, such as email, phone or post.")
    ],
    ref: Annotated[
        str | None, option("--ref", "REF", "Its reference; without it the ledger makes one.")
    ] = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Record that a person complained, here or to the authority. The clock runs from then on (`--at`)."""
    with working(settings, "complaint", at) as (site, source, time):
        ref = on_complaints.receive(site, source, NewComplaint(subject, via, ref), time)
        _print(source, ref, subject, as_json)


@configured("store")
def answer(
    settings: Settings,
    ref: Ref,
    via: Annotated[
        str, option("--via", "W", "By which way you answered, such as email, phone or post.")
    ],
    outcome: Annotated[
        str,
        option("--outcome", "O", f"Such as {', '.join(COMPLAINT_OUTCOMES)}."),
    ],
    subject: Whose = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Record that you answered a complaint, and the outcome. Refused when it was answered before."""
    with working(settings, "complaint", at) as (site, source, time):
        on = OnComplaint(ref, subject, time)
        on_complaints.answer(site, source, on, via, outcome)
        _print(source, ref, subject, as_json)


def _print(source: Source, ref: str, subject: str | None, as_json: bool) -> None:
    print_answer(
        complaint(source, ref, subject, NOW, spoken()), partial(tables_of, COMPLAINT), as_json
    )
