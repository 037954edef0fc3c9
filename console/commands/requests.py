"""`ledger request`: what persons ask for, from receipt to answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

import typer

from application.acts.acting import Act
from application.acts.answering import (
    RESTRICTIONS,
    Wanted,
    act_on,
    acts_before_answer,
    acts_before_refusal,
)
from application.acts.deciding import erase_for
from application.acts.requesting import Opening, check_allowed, open_request, record
from application.language import spoken
from application.queries.found_requests import Found, find
from application.queries.requests import decisions_on, shown
from console.commands import request_lists
from console.commands.people import Subject, working
from console.commands.request_lists import Ref, Whose
from console.flags import At, Json, code_option, configured
from console.output import emit, people
from console.show.requests import request_tables
from console.streams import text_of
from host.settings import Settings
from host.wiring import Site
from ledger.keys.opening import Opener
from projections.reading.request_acts import NOTHING_HELD, ActOn
from projections.reading.views import requests
from projections.views.requests import CLOSINGS
from rulebook import EXTENSIONS, REFUSALS, RIGHTS
from schemas import CATEGORIES, names

CHANNELS = ("post", "email", "portal", "phone", "other")
request = typer.Typer(
    help="Requests of data subjects: from receipt to answer (GDPR Art. 12 to 22)."
)


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module to the program."""
    request.command("open")(open_command)
    request.command("verify-identity")(verify_identity)
    request.command("extend")(extend)
    request.command("refuse")(refuse)
    request.command("answer")(answer)
    request.command("close")(close)
    request_lists.add_commands(request)
    app.add_typer(request, name="request", rich_help_panel="Rights")


@configured("store")
def open_command(
    settings: Settings,
    subject: Subject,
    right: Annotated[
        str,
        code_option("--right", "R", RIGHTS),
    ],
    channel: Annotated[
        str,
        code_option("--channel", "C", CHANNELS, "One of {}: nobody has to ask in writing."),
    ],
    received_on: Annotated[
        str | None,
        typer.Option(
            "--received-on",
            metavar="DAY",
            help="The day of receipt, from which the period runs; today without it.",
        ),
    ] = None,
    ref: Annotated[
        str | None, typer.Option("--ref", metavar="REF", help="Its reference; made without it.")
    ] = None,
    activity: Annotated[
        str | None,
        typer.Option("--activity", metavar="A", help="Of an objection: the activity objected to."),
    ] = None,
    ground: Annotated[
        str, typer.Option("--ground", metavar="G", help="Of an objection: why.")
    ] = "particular-situation",
    unknown: Annotated[
        bool, typer.Option("--unknown", help="Nothing is known of this person.")
    ] = False,
    letter: Annotated[
        str | None,
        typer.Option(
            "--letter",
            metavar="FILE",
            help="What the person wrote, as text; - is standard input. It is sealed.",
        ),
    ] = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Record that a person asked for a right. An objection stops the activity from then on."""
    if (right == "objection") != (activity is not None):
        raise typer.BadParameter("--activity: expected for an objection, and for nothing else")
    objection = (activity, ground) if activity is not None else None
    wrote = text_of("--letter", letter) if letter is not None else None
    opening = Opening(subject, right, channel, received_on, ref, objection, unknown, wrote)
    with working(settings, "request", at) as (site, source, time):
        _tell(site, open_request(site, source, opening, time), as_json)


@configured("store")
def verify_identity(
    settings: Settings,
    ref: Ref,
    method: Annotated[
        str | None, typer.Option("--method", metavar="M", help="How, such as portal-login.")
    ] = None,
    ask: Annotated[
        str | None,
        typer.Option(
            "--ask",
            metavar="WHAT",
            help="What more was asked for, such as a customer number: the period stands still until then.",
        ),
    ] = None,
    failed: Annotated[bool, typer.Option("--failed", help="Identity could not be shown.")] = False,
    subject: Whose = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Record that whoever asked is who they say, or that this is still to be shown."""
    doubted = failed or ask is not None
    name = names.IDENTITY_VERIFICATION_FAILED if doubted else names.IDENTITY_VERIFIED
    facts = {"method": method} if method else {}
    facts |= {"information_asked": ask} if ask else {}
    what: ActOn = "doubt" if doubted else "verify"
    with _acting(settings, ref, subject, at, what) as (site, found, time):
        _carry_out(site, found, [act_on(found, name, facts)], time, as_json)


@configured("store")
def extend(
    settings: Settings,
    ref: Ref,
    reason: Annotated[
        str,
        code_option("--reason", "R", EXTENSIONS),
    ],
    subject: Whose = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Record that the person was told, with reasons, that the answer takes up to two months longer."""
    with _acting(settings, ref, subject, at, "extend") as (site, found, time):
        made = act_on(found, names.RIGHTS_REQUEST_EXTENDED, {"reason": reason})
        _carry_out(site, found, [made], time, as_json)


@configured("store")
def refuse(
    settings: Settings,
    ref: Ref,
    ground: Annotated[
        str,
        code_option("--ground", "G", REFUSALS),
    ],
    subject: Whose = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Refuse a request, and print what the person must be told: why, the authority, the court."""
    with working(settings, "request", at) as (site, source, time):
        found = find(source, ref, subject)
        check_allowed(found, "refuse", time, ground)
        made = act_on(found, names.RIGHTS_REQUEST_REFUSED, {"ground": ground})
        _carry_out(site, found, [*acts_before_refusal(source, found, ground), made], time, as_json)


@configured("store")
def answer(
    settings: Settings,
    ref: Ref,
    outcome: Annotated[
        str,
        typer.Option(
            "--outcome", metavar="O", help="Such as granted, partly-granted, nothing-held."
        ),
    ] = "granted",
    category: Annotated[
        list[str] | None,
        code_option(
            "--category",
            "C",
            CATEGORIES,
            "Of a restriction: a category that is only kept from now on; may be repeated.",
        ),
    ] = None,
    ground: Annotated[
        str | None,
        code_option("--ground", "G", RESTRICTIONS, "Of a restriction: one of {}."),
    ] = None,
    review: Annotated[
        str | None,
        typer.Option("--review", metavar="O", help="Of a human review: what it came to."),
    ] = None,
    subject: Whose = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Answer a request, doing what its right asks for: erase, restrict, end an activity, review."""
    if outcome in CLOSINGS:
        raise typer.BadParameter(f"--outcome: {outcome} is no answer, use `ledger request close`")
    with _acting(settings, ref, subject, at, "answer", outcome) as (site, found, time):
        came_of_it, answered = _carried_out(site, found, outcome, time)
        wanted = Wanted(came_of_it, category or (), ground, review)
        made = act_on(found, names.RIGHTS_REQUEST_ANSWERED, {"outcome": wanted.outcome})
        _carry_out(site, found, [*acts_before_answer(found, wanted), made], answered, as_json)


def _carried_out(site: Site, found: Found, outcome: str, time: datetime) -> tuple[str, datetime]:
    """The outcome, and when it is answered: of a request for erasure those of its decisions.

    They are carried out first, so that the answer does not come before the erasure, whatever the time given
    and however often it was tried.
    """
    if found.right != "erasure" or outcome == NOTHING_HELD:
        return outcome, time
    done = erase_for(site, found.person, found.request.ref)
    return done.outcome, max(time, done.at or time)


@configured("store")
def close(
    settings: Settings,
    ref: Ref,
    outcome: Annotated[
        str,
        code_option("--outcome", "O", CLOSINGS),
    ],
    subject: Whose = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """End a request without a decision: it was taken back, is another one's double, or nobody's."""
    with _acting(settings, ref, subject, at, "close") as (site, found, time):
        made = act_on(found, names.RIGHTS_REQUEST_ANSWERED, {"outcome": outcome})
        _carry_out(site, found, [made], time, as_json)


@contextmanager
def _acting(
    settings: Settings,
    ref: str,
    subject: str | None,
    at: str | None,
    what: ActOn,
    code: str = "",
) -> Iterator[tuple[Site, Found, datetime]]:
    """The request on which an act is allowed. Raises NotAllowed."""
    with working(settings, "request", at) as (site, source, time):
        found = find(source, ref, subject)
        check_allowed(found, what, time, code)
        yield site, found, time


def _carry_out(site: Site, found: Found, acts: list[Act], time: datetime, as_json: bool) -> None:
    """Record what was done, and tell how the request stands after it."""
    record(site, acts, time)
    session = site.session("reader")
    [(_, after)] = requests(session, streams=[found.stream], refs=[found.request.ref])
    _tell(site, Found(found.stream, found.reference, after), as_json)


def _tell(site: Site, found: Found, as_json: bool) -> None:
    session = site.session("reader")
    opener = Opener(session, site.provider, site.ledger)
    decisions = decisions_on(session, opener, found, privacy_office=site.privacy_office)
    made = shown(found, site.clock(), spoken(), decisions)
    assert made is not None
    if as_json:
        emit(made)
    else:
        people().print(*request_tables(made))
