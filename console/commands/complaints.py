"""`ledger complaint`: what persons complained of, with its clock, outcome and findings."""

from functools import partial
from typing import Annotated

import typer

from application.language import spoken
from application.listings.complaints import COMPLAINT, COMPLAINTS
from application.queries.cases.complaints import complaint, complaint_list
from application.queries.period import ALWAYS
from console.commands.failing import fail_unless
from console.commands.people import prepare, reading
from console.flags import AtMoment, Json, MostUrgent, Within, configured, option, switch
from console.output import print_answer
from console.show.declared import table_of, tables_of
from host.settings import Settings
from projections.folds.timetravel import NOW

Ref = Annotated[str, typer.Argument(metavar="REF", help="Reference of the complaint.")]
Whose = Annotated[
    str | None, option("--subject", "S", "Whose complaint it is, such as customer/10023.")
]


@configured("store")
def list_complaints(
    settings: Settings,
    everything: Annotated[bool, switch("--all", "Also those that were answered.")] = False,
    moment: AtMoment = NOW,
    period: Within = ALWAYS,
    limit: MostUrgent = None,
    as_json: Json = False,
) -> None:
    """Print complaints that wait for an answer, by the day when it is due. Exit status 1 when an answer is
    overdue.

    Upstream records complaints and answers, or you do with `ledger complaint receive` and `ledger complaint
    answer`.
    """
    with reading(settings, "complaint", moment) as (site, source):
        prepare(site, moment.known)
        answer = complaint_list(source, moment, everything=everything, period=period, limit=limit)
        print_answer(answer, lambda it: table_of(COMPLAINTS, it.complaints), as_json)
    fail_unless(answer.overdue == 0)


@configured("store")
def show_complaint(
    settings: Settings,
    ref: Ref,
    subject: Whose = None,
    moment: AtMoment = NOW,
    as_json: Json = False,
) -> None:
    """Print one complaint: its clock, its outcome, the rules that it breaks, every act on it.

    Exit status 1 when it is overdue.
    """
    with reading(settings, "complaint", moment) as (site, source):
        prepare(site, moment.known)
        answer = complaint(source, ref, subject, moment, spoken())
        print_answer(answer, partial(tables_of, COMPLAINT), as_json)
    fail_unless(not answer.overdue)
