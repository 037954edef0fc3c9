"""`ledger restriction`: rights of a person that are set aside (UAVG Art. 41), with every consideration."""

from typing import Annotated

import typer

from application.acts.restricting import CONSIDERATIONS, GROUNDS, NewRestriction, restrict
from console.commands.people import Subject, working
from console.flags import At, Json, code_option, configured, day_named, option
from console.output import print_answer
from console.show.secrecy import restriction_table
from host.settings import Settings


@configured("store")
def apply(
    settings: Settings,
    subject: Subject,
    ground: Annotated[str, code_option("--ground", "G", GROUNDS, "Of UAVG Art. 41(1): one of {}.")],
    consider: Annotated[
        list[str],
        option(
            "--consider",
            "LETTER=CODE",
            "What was considered under that letter of Art. 41(2): once for each of a to h.",
        ),
    ],
    review_on: Annotated[str, option("--review-on", "DAY", "By when it is looked at again.")],
    order: Annotated[
        str | None, option("--order", "REF", "The order for which the rights are set aside.")
    ] = None,
    reason_not_told: Annotated[
        str | None,
        option(
            "--reason-not-told", "R", "Why the person is not told of it; without it they are told."
        ),
    ] = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Record that rights of a person are set aside. Refused unless all of a to h were considered."""
    new = NewRestriction(
        subject=subject,
        ground=ground,
        considerations=_considerations(consider),
        review_on=day_named("--review-on", review_on),
        order_ref=order,
        reason_not_told=reason_not_told,
    )
    with working(settings, "restriction", at) as (site, source, time):
        print_answer(restrict(site, source, new, time), restriction_table, as_json)


def _considerations(given: list[str]) -> dict[str, str]:
    """Letter -> code. Raises BadParameter for what is no pair, or a letter that is named twice."""
    pairs = [text.partition("=")[::2] for text in given]
    for letter, code in pairs:
        if letter not in CONSIDERATIONS or not code:
            raise typer.BadParameter("--consider: expected a letter from a to h, = and a code")
    if len({letter for letter, _ in pairs}) < len(pairs):
        raise typer.BadParameter("--consider: a letter is named twice")
    return dict(pairs)
