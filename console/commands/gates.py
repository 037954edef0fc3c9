"""Commands that other systems ask before they act: may credit-check."""

from application.queries.persons.credit_check import credit_check
from application.queries.subjects import check_person
from console.commands.choices import Then
from console.commands.failing import fail_unless
from console.commands.people import Subject, prepare, reading
from console.flags import Json, configured
from console.output import print_answer
from console.show.credit_check import credit_check_tables
from host.settings import Settings
from projections.folds.timetravel import NOW


@configured("store")
def may_credit_check(
    settings: Settings,
    subject: Subject,
    moment: Then = NOW,
    as_json: Json = False,
) -> None:
    """Print whether you may check a person for credit, by law and house. Exit status 1 when you may not."""
    check_person(subject)
    with reading(settings, "may", moment, subject) as (site, source):
        prepare(site, moment)
        answer = credit_check(source, subject, moment)
        print_answer(answer, credit_check_tables, as_json)
    fail_unless(answer.allowed)
