"""`ledger request`: what persons ask for, from receipt to answer."""

from functools import partial
from typing import Annotated

from application.acts import on_requests
from application.acts.answering import ANSWER_OUTCOMES, RESTRICTIONS, AnswerOptions
from application.acts.offered import OBJECTION_GROUNDS
from application.acts.on_requests import OnRequest, identify
from application.acts.requesting import CHANNELS, NewRequest, objection_of, open_request
from application.language import spoken
from application.listings.requests import REQUEST
from application.queries.cases.found_requests import FoundRequest
from application.queries.cases.requests import decisions_on, shown
from console.commands.people import Subject, working
from console.commands.request_lists import Ref, Whose
from console.flags import At, Json, code_option, configured, option, switch
from console.output import print_answer
from console.show.declared import tables_of
from console.streams import text_of
from host.settings import Settings
from host.site import Site
from ledger.keys.opening import Opener
from projections.views.requests import CLOSINGS
from rulebook import EXTENSIONS, REFUSALS, RIGHTS
from schemas import CATEGORIES


@configured("store")
def open_command(
    settings: Settings,
    subject: Subject,
    right: Annotated[str, code_option("--right", "R", RIGHTS)],
    channel: Annotated[
        str, code_option("--channel", "C", CHANNELS, "One of {}: a person need not ask in writing.")
    ],
    received_on: Annotated[
        str | None,
        option(
            "--received-on",
            "DAY",
            "The day of receipt, from which the period runs; today without it.",
        ),
    ] = None,
    ref: Annotated[
        str | None, option("--ref", "REF", "Its reference; without it the ledger makes one.")
    ] = None,
    activity: Annotated[
        str | None, option("--activity", "A", "For an objection: the activity that it is against.")
    ] = None,
    ground: Annotated[
        str, option("--ground", "G", f"For an objection: such as {', '.join(OBJECTION_GROUNDS)}.")
    ] = OBJECTION_GROUNDS[0],
    unknown: Annotated[
        bool, switch("--unknown", "The ledger knows nothing of this person.")
    ] = False,
    letter: Annotated[
        str | None,
        option(
            "--letter", "FILE", "What the person wrote, as text; - is standard input. It is sealed."
        ),
    ] = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Record that a person asked for a right. An objection stops the activity from then on."""
    objection = objection_of(right, activity, ground)
    text = text_of("--letter", letter) if letter is not None else None
    request = NewRequest(subject, right, channel, received_on, ref, objection, unknown, text)
    with working(settings, "request", at) as (site, source, time):
        _print(site, open_request(site, source, request, time), as_json)


@configured("store")
def verify_identity(
    settings: Settings,
    ref: Ref,
    method: Annotated[
        str | None, option("--method", "M", "How it was verified, such as portal-login.")
    ] = None,
    ask: Annotated[
        str | None,
        option(
            "--ask",
            "WHAT",
            "What more you asked for, such as a customer number: the period pauses until it is shown.",
        ),
    ] = None,
    failed: Annotated[
        bool, switch("--failed", "The person could not show their identity.")
    ] = False,
    subject: Whose = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Record that the identity of the person who asked was verified, or must still be shown."""
    doubted = failed or ask is not None
    facts = {"method": method} if method else {}
    facts |= {"information_asked": ask} if ask else {}
    with working(settings, "request", at) as (site, source, time):
        on = OnRequest(ref, subject, time)
        _print(site, identify(site, source, on, facts, doubted=doubted), as_json)


@configured("store")
def extend(
    settings: Settings,
    ref: Ref,
    reason: Annotated[str, code_option("--reason", "R", EXTENSIONS)],
    subject: Whose = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Record that you told the person, with reasons, that the answer takes up to two months longer."""
    with working(settings, "request", at) as (site, source, time):
        on = OnRequest(ref, subject, time)
        _print(site, on_requests.extend(site, source, on, reason), as_json)


@configured("store")
def refuse(
    settings: Settings,
    ref: Ref,
    ground: Annotated[str, code_option("--ground", "G", REFUSALS)],
    subject: Whose = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Refuse a request, and print what you must tell the person: why, the authority, the court."""
    with working(settings, "request", at) as (site, source, time):
        on = OnRequest(ref, subject, time)
        _print(site, on_requests.refuse(site, source, on, ground), as_json)


@configured("store")
def answer(
    settings: Settings,
    ref: Ref,
    outcome: Annotated[
        str, option("--outcome", "O", f"One of {', '.join(ANSWER_OUTCOMES)}.")
    ] = "granted",
    category: Annotated[
        list[str] | None,
        code_option(
            "--category",
            "C",
            CATEGORIES,
            "For a restriction: a category that is only stored from now on; may be repeated.",
        ),
    ] = None,
    ground: Annotated[
        str | None, code_option("--ground", "G", RESTRICTIONS, "For a restriction: one of {}.")
    ] = None,
    review: Annotated[
        str | None, option("--review", "O", "For a human review: its outcome.")
    ] = None,
    subject: Whose = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Answer a request, and do what its right asks for: erase, restrict, end an activity, review."""
    options = AnswerOptions(outcome, category or (), ground, review)
    with working(settings, "request", at) as (site, source, time):
        on = OnRequest(ref, subject, time)
        _print(site, on_requests.answer(site, source, on, options), as_json)


@configured("store")
def close(
    settings: Settings,
    ref: Ref,
    outcome: Annotated[str, code_option("--outcome", "O", CLOSINGS)],
    subject: Whose = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """End a request without a decision: withdrawn, a duplicate, or of a person whom you cannot identify."""
    with working(settings, "request", at) as (site, source, time):
        on = OnRequest(ref, subject, time)
        _print(site, on_requests.close(site, source, on, outcome), as_json)


def _print(site: Site, request: FoundRequest, as_json: bool) -> None:
    """Print how a request stands after an act on it."""
    session = site.session("reader")
    opener = Opener(session, site.provider, site.ledger)
    decisions = decisions_on(session, opener, request, privacy_office=site.privacy_office)
    answer = shown(request, site.clock(), spoken(), decisions)
    assert answer is not None
    print_answer(answer, partial(tables_of, REQUEST), as_json)
