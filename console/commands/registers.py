"""Commands about processing: register, disclosures, recipients."""

from typing import Annotated

from msgspec.structs import replace

from application.following import bring_up_to_date
from application.language import spoken
from application.listings.recipients import RECIPIENTS
from application.queries.disclosures.received import EVERY, disclosures, known_choice
from application.queries.period import ALWAYS
from application.queries.registers.recipients import recipients
from application.queries.registers.register import register
from application.queries.subjects import check_reference
from console.commands.disclosure_flags import Chosen
from console.commands.people import reading
from console.commands.reports import Output, form_of, put
from console.flags import (
    AsOf,
    AtMoment,
    Json,
    Limit,
    WithinKnown,
    code_option,
    configured,
    option,
    time_of,
)
from console.output import people, print_answer, print_rows
from console.show.declared import table_of
from console.show.registers import disclosures_table, register_table
from documents.register_exports import EXPORTS
from host.settings import Settings
from projections.folds.timetravel import NOW, Moment

FORMATS = tuple(EXPORTS)


@configured("store", "register")
def show_register(
    settings: Settings,
    moment: AtMoment = NOW,
    form: Annotated[str | None, code_option("--format", "F", FORMATS)] = None,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """Print the Article 30 register: what was declared beside what was observed."""
    form = form_of(form, as_json, output, FORMATS)
    with reading(settings, "register", moment) as (site, source):
        bring_up_to_date(site)
        answer = register(source, settings.controller, moment)
    if form is None:
        people().print(register_table(answer))
    else:
        put(EXPORTS[form](answer, spoken()), output)


@configured("store")
def show_disclosures(
    settings: Settings,
    subject: Annotated[str | None, option("--subject", "S", "About this person.")] = None,
    chosen: Chosen = EVERY,
    period: WithinKnown = ALWAYS,
    limit: Limit = None,
    as_json: Json = False,
) -> None:
    """Print who received what, when and why. Both bounds of time are inclusive."""
    if subject is not None:
        check_reference(subject)
    with reading(settings, "disclosures", Moment(period.as_of), subject) as (site, source):
        bring_up_to_date(site)
        known = known_choice(source, chosen)
        selection = replace(known, subject=subject, period=period, limit=limit)
        rows = disclosures(source, selection)
        print_rows("disclosures", rows, disclosures_table, as_json)


@configured("store")
def show_recipients(settings: Settings, as_of: AsOf = None, as_json: Json = False) -> None:
    """Print every party that may receive personal data, as it is now or was at a time."""
    time = time_of("--as-of", as_of)
    with reading(settings, "recipients") as (site, source):
        bring_up_to_date(site)
        answer = recipients(source, time)
        print_answer(answer, lambda found: table_of(RECIPIENTS, found.recipients), as_json)
