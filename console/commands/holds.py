"""Commands about legal holds: place, review, release, list."""

from typing import Annotated

import typer

from application.acts.holding import HoldAct, named_hold, place, release, review
from application.following import bring_up_to_date
from application.queries.holds import HoldInForce, all_holds, holds_of
from application.queries.subjects import check_person
from application.queries.tasks import command
from console.commands.approving import need_second_person
from console.commands.failing import fail_unless
from console.commands.people import OptionalSubject, Subject, reading
from console.flags import Json, code_option, configured, day_to_come
from console.output import emit, emit_list, people
from console.show.holds import holds_table
from console.show.upkeep import named_values
from host.settings import Settings
from host.wiring import Site, open_site
from rulebook.calendar import day_of
from schemas import CATEGORIES

hold = typer.Typer(
    help="Legal holds: data that is kept whatever period ends.", no_args_is_help=True
)

HoldRef = Annotated[str, typer.Argument(metavar="HOLD", help="Reference, such as HOLD-2026-0003.")]
Categories = Annotated[
    list[str] | None,
    code_option("--category", "C", CATEGORIES, "A category that is held; may be repeated."),
]
ReviewOn = Annotated[
    str, typer.Option("--review-on", metavar="DATE", help="By when it is looked at again.")
]
Owner = Annotated[
    str | None, typer.Option("--owner", metavar="O", help="Who answers for it, as a code.")
]


_RELEASE = "hold-release"


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module to the program."""
    hold.command("place")(place_hold)
    hold.command("review")(review_hold)
    hold.command("release")(release_hold)
    hold.command("list")(list_holds)
    app.add_typer(hold, name="hold", rich_help_panel="Persons")


@configured("store")
def place_hold(
    settings: Settings,
    subject: Subject,
    ref: HoldRef,
    ground: Annotated[
        str, typer.Option("--ground", metavar="G", help="Why, as a code such as civil-claim.")
    ],
    review_on: ReviewOn,
    category: Categories = None,
    owner: Owner = None,
    as_json: Json = False,
) -> None:
    """Keep a person's data of some categories, whatever period ends, until the hold is released."""
    categories = _checked(subject, category)
    if not categories:
        raise typer.BadParameter("--category: name what is held")
    with open_site(settings) as site:
        facts = {"ground": ground, "review_on": _review_day(site, review_on), "owner": owner}
        _print(place(site, subject, ref, facts, categories), as_json)


@configured("store")
def review_hold(
    settings: Settings,
    subject: Subject,
    ref: HoldRef,
    review_on: ReviewOn,
    category: Categories = None,
    ground: Annotated[
        str | None, typer.Option("--ground", metavar="G", help="Another ground from now on.")
    ] = None,
    owner: Owner = None,
    as_json: Json = False,
) -> None:
    """Record that a hold was looked at and goes on; its categories are those that are named, if any."""
    categories = _checked(subject, category)
    with open_site(settings) as site:
        facts = {"review_on": _review_day(site, review_on), "owner": owner}
        facts |= {"ground": ground} if ground else {}
        held = named_hold(site, subject, ref).categories
        if categories and set(held) - set(categories):  # what it no longer names, it releases
            told = [ref, facts, held, sorted(categories)]
            again = command(
                *("hold", "review", subject, ref),
                review_on=review_on,
                category=categories,
                ground=ground,
                owner=owner,
            )
            need_second_person(site, _RELEASE, told, again, about=subject)
        _print(review(site, subject, ref, facts, categories), as_json)


@configured("store")
def release_hold(
    settings: Settings,
    subject: Subject,
    ref: HoldRef,
    ground: Annotated[
        str | None, typer.Option("--ground", metavar="G", help="Why it ends, as a code.")
    ] = None,
    as_json: Json = False,
) -> None:
    """End a hold. An erasure that waited for it resumes with the next `ledger retention run`."""
    check_person(subject)
    with open_site(settings) as site:
        held = named_hold(site, subject, ref).categories
        again = command("hold", "release", subject, ref, ground=ground)
        need_second_person(site, _RELEASE, [ref, ground, held], again, about=subject)
        _print(release(site, subject, ref, ground), as_json)


@configured("store")
def list_holds(settings: Settings, subject: OptionalSubject = None, as_json: Json = False) -> None:
    """Print the holds in force, of one person or of all.

    Exit status 1 when a review is overdue, or a hold came too late and holds nothing.
    """
    late = False

    def watched(row: HoldInForce) -> HoldInForce:
        nonlocal late
        late = late or row.overdue or row.void
        return row

    if subject is not None:
        check_person(subject)
    with reading(settings, "hold") as (site, source):
        if subject is None:
            bring_up_to_date(site)
        found = all_holds(source) if subject is None else holds_of(source, subject)
        rows = (watched(row) for row in found)
        if as_json:
            emit_list("holds", rows)
        else:
            people().print(holds_table(rows))
    fail_unless(not late)


def _checked(subject: str, categories: list[str] | None) -> list[str]:
    check_person(subject)
    return list(dict.fromkeys(categories or ()))


def _review_day(site: Site, text: str) -> str:
    """The day of a review. Of one that is over only upstream may tell: then it happened."""
    return day_to_come("--review-on", text, day_of(site.clock())).isoformat()


def _print(answer: HoldAct, as_json: bool) -> None:
    if as_json:
        emit(answer)
    else:
        people().print(named_values("hold", answer))
