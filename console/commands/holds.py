"""Commands about legal holds: place, review, release, list."""

from functools import partial

from msgspec.structs import replace

from application.acts.acting import Permit
from application.acts.given import command_for
from application.acts.holding import (
    Approvable,
    HoldRelease,
    HoldReview,
    NewHold,
    asked_release,
    asked_review,
    place,
    release,
    review,
)
from application.following import bring_up_to_date
from application.listings.holds import HOLDS
from application.queries.keeping.holds import HoldInForce, all_holds, holds_of
from application.queries.subjects import check_person
from console.commands.approving import need_second_person
from console.commands.failing import fail_unless
from console.commands.people import OptionalSubject, reading
from console.flags import Json, configured
from console.output import print_answer, print_rows
from console.show.declared import table_of
from console.show.upkeep import named_values
from host.settings import Settings
from host.site import Site
from host.wiring import open_site

_VALUES = partial(named_values, "hold")


@configured("store")
def place_hold(settings: Settings, given: NewHold, as_json: Json = False) -> None:
    """Keep a person's data of some categories until you release the hold, whatever period ends."""
    with open_site(settings) as site:
        print_answer(place(site, given), _VALUES, as_json)


@configured("store")
def review_hold(settings: Settings, given: HoldReview, as_json: Json = False) -> None:
    """Record that you reviewed a hold and it goes on. If you name categories, it keeps only these."""
    with open_site(settings) as site:
        # A category that the review no longer names is released, and a release needs two persons.
        narrowed = asked_review(site, given)
        again = command_for(given, "hold", "review")
        permit = _need_second_person(site, narrowed, again) if narrowed else None
        print_answer(review(site, given, permit), _VALUES, as_json)


@configured("store")
def release_hold(settings: Settings, given: HoldRelease, as_json: Json = False) -> None:
    """End a hold. An erasure that waited for it resumes with the next `ledger retention run`."""
    with open_site(settings) as site:
        again = command_for(given, "hold", "release")
        permit = _need_second_person(site, asked_release(site, given), again)
        print_answer(release(site, given, permit), _VALUES, as_json)


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


def _need_second_person(site: Site, asked: Approvable, again: str) -> Permit:
    permit = need_second_person(site, asked.act, asked.parameters, again, about=asked.about)
    return replace(permit, seen=asked.parameters)
