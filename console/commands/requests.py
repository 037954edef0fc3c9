"""`ledger request`: what persons ask for, from receipt to answer."""

from functools import partial

from application.acts import on_requests
from application.acts.answering import RequestAnswer
from application.acts.on_requests import Closing, Extension, IdentityCheck, Refusal
from application.acts.requesting import NewRequest, open_request
from application.language import spoken
from application.listings.requests import REQUEST
from application.queries.cases.found_requests import FoundRequest
from application.queries.cases.requests import decisions_on, shown
from console.commands.people import working
from console.flags import Json, configured
from console.output import print_answer
from console.show.declared import tables_of
from host.settings import Settings
from host.site import Site
from ledger.keys.opening import Opener


@configured("store")
def open_command(settings: Settings, given: NewRequest, as_json: Json = False) -> None:
    """Record that a person asked for a right. An objection stops the activity from then on."""
    with working(settings, "request", given.at) as (site, source, time):
        _print(site, open_request(site, source, given, time), as_json)


@configured("store")
def verify_identity(settings: Settings, given: IdentityCheck, as_json: Json = False) -> None:
    """Record that the identity of the person who asked was verified, or must still be shown."""
    with working(settings, "request", given.at) as (site, source, time):
        _print(site, on_requests.identify(site, source, given, time), as_json)


@configured("store")
def extend(settings: Settings, given: Extension, as_json: Json = False) -> None:
    """Record that you told the person, with reasons, that the answer takes up to two months longer."""
    with working(settings, "request", given.at) as (site, source, time):
        _print(site, on_requests.extend(site, source, given, time), as_json)


@configured("store")
def refuse(settings: Settings, given: Refusal, as_json: Json = False) -> None:
    """Refuse a request, and print what you must tell the person: why, the authority, the court."""
    with working(settings, "request", given.at) as (site, source, time):
        _print(site, on_requests.refuse(site, source, given, time), as_json)


@configured("store")
def answer(settings: Settings, given: RequestAnswer, as_json: Json = False) -> None:
    """Answer a request, and do what its right asks for: erase, restrict, end an activity, review."""
    with working(settings, "request", given.at) as (site, source, time):
        _print(site, on_requests.answer(site, source, given, time), as_json)


@configured("store")
def close(settings: Settings, given: Closing, as_json: Json = False) -> None:
    """End a request without a decision: withdrawn, a duplicate, or of a person whom you cannot identify."""
    with working(settings, "request", given.at) as (site, source, time):
        _print(site, on_requests.close(site, source, given, time), as_json)


def _print(site: Site, request: FoundRequest, as_json: bool) -> None:
    """Print how a request stands after an act on it."""
    session = site.session("reader")
    opener = Opener(session, site.provider, site.ledger)
    decisions = decisions_on(session, opener, request, privacy_office=site.privacy_office)
    answer = shown(request, site.clock(), spoken(), decisions)
    assert answer is not None
    print_answer(answer, partial(tables_of, REQUEST), as_json)
