"""Commands about legal holds: place, review, release, list."""

from functools import partial
from typing import Annotated

import typer
from msgspec.structs import replace

from application.acts.acting import Permit
from application.acts.holding import (
    Approvable,
    asked_release,
    asked_review,
    place,
    release,
    review,
    review_day,
    review_facts,
)
from application.command_line import command
from application.following import bring_up_to_date
from application.listings.holds import HOLDS
from application.queries.keeping.holds import HoldInForce, all_holds, holds_of
from application.queries.subjects import check_person
from console.commands.approving import need_second_person
from console.commands.failing import fail_unless
from console.commands.people import OptionalSubject, Subject, reading
from console.flags import Json, code_option, configured, option
from console.output import print_answer, print_rows
from console.show.declared import table_of
from console.show.upkeep import named_values
from host.settings import Settings
from host.site import Site
from host.wiring import open_site
from rulebook.calendar import day_of
from schemas import CATEGORIES

HoldRef = Annotated[str, typer.Argument(metavar="HOLD", help="Reference, such as HOLD-2026-0003.")]
Categories = Annotated[
    list[str] | None,
    code_option("--category", "C", CATEGORIES, "A category that the hold keeps; may be repeated."),
]
ReviewOn = Annotated[str, option("--review-on", "DATE", "Day of its next review.")]
Owner = Annotated[
    str | None, option("--owner", "O", "The person or desk that is responsible, as a code.")
]


_VALUES = partial(named_values, "hold")


@configured("store")
def place_hold(
    settings: Settings,
    subject: Subject,
    ref: HoldRef,
    ground: Annotated[str, option("--ground", "G", "Why, as a code such as civil-claim.")],
    review_on: ReviewOn,
    category: Categories = None,
    owner: Owner = None,
    as_json: Json = False,
) -> None:
    """Keep a person's data of some categories until you release the hold, whatever period ends."""
    categories = _checked(subject, category)
    with open_site(settings) as site:
        day = review_day(review_on, day_of(site.clock()))
        facts = {"ground": ground, "review_on": day, "owner": owner}
        print_answer(place(site, subject, ref, facts, categories), _VALUES, as_json)


@configured("store")
def review_hold(
    settings: Settings,
    subject: Subject,
    ref: HoldRef,
    review_on: ReviewOn,
    category: Categories = None,
    ground: Annotated[str | None, option("--ground", "G", "Another ground from now on.")] = None,
    owner: Owner = None,
    as_json: Json = False,
) -> None:
    """Record that you reviewed a hold and it goes on. If you name categories, it keeps only these."""
    categories = _checked(subject, category)
    with open_site(settings) as site:
        facts = review_facts(review_day(review_on, day_of(site.clock())), owner, ground)
        # A category that the review no longer names is released, and a release needs two persons.
        narrowed = asked_review(site, subject, ref, facts, categories)
        permit = None
        if narrowed is not None:
            again = command(
                *("hold", "review", subject, ref),
                review_on=review_on,
                category=categories,
                ground=ground,
                owner=owner,
            )
            permit = _need_second_person(site, narrowed, again)
        print_answer(review(site, subject, ref, facts, categories, permit), _VALUES, as_json)


@configured("store")
def release_hold(
    settings: Settings,
    subject: Subject,
    ref: HoldRef,
    ground: Annotated[str | None, option("--ground", "G", "Why it ends, as a code.")] = None,
    as_json: Json = False,
) -> None:
    """End a hold. An erasure that waited for it resumes with the next `ledger retention run`."""
    check_person(subject)
    with open_site(settings) as site:
        again = command("hold", "release", subject, ref, ground=ground)
        permit = _need_second_person(site, asked_release(site, subject, ref, ground), again)
        print_answer(release(site, subject, ref, ground, permit), _VALUES, as_json)


@configured("store")
def list_holds(settings: Settings, subject: OptionalSubject = None, as_json: Json = False) -> None:
    """Print the holds in force, of one person or of all.

    Exit status 1 when a review is overdue, or a hold came too late and holds nothing.
    """
    late = False

    # Rows are printed as they are read, so the exit status is gathered on the way.
    def watched(row: HoldInForce) -> HoldInForce:
        nonlocal late
        late = late or row.overdue or row.void
        return row

    if subject is not None:
        check_person(subject)
    with reading(settings, "hold") as (site, source):
        if subject is None:
            bring_up_to_date(site)
        holds = all_holds(source) if subject is None else holds_of(source, subject)
        rows = (watched(row) for row in holds)
        print_rows("holds", rows, partial(table_of, HOLDS), as_json)
    fail_unless(not late)


def _checked(subject: str, categories: list[str] | None) -> list[str]:
    check_person(subject)
    return list(dict.fromkeys(categories or ()))


def _need_second_person(site: Site, asked: Approvable, again: str) -> Permit:
    permit = need_second_person(site, asked.act, asked.parameters, again, about=asked.about)
    return replace(permit, seen=asked.parameters)
