"""`ledger secrecy`: what a person may not be told: imposed, reviewed, lifted."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, NamedTuple

import typer
from msgspec import to_builtins
from msgspec.structs import replace

from application.acts import on_secrecy
from application.acts.acting import Permit
from application.acts.on_secrecy import IMPOSED_BY, LIFTED_BY, OUTCOMES, OnSecret, Word
from application.command_line import command
from application.queries.desk.found_secrets import FoundSecret
from application.queries.desk.secrecy import secrecy_list, secrecy_row
from application.source import Source
from console.commands.approving import EmergencyCode, need_second_person
from console.commands.failing import fail_unless
from console.commands.order_lists import Whose
from console.commands.people import prepare, reading, working
from console.flags import (
    At,
    AtMoment,
    Json,
    MostUrgent,
    code_option,
    configured,
    day_named,
    day_or_none,
    option,
    switch,
)
from console.output import print_answer
from console.show.secrecy import secrecy_row_table, secrecy_table
from console.streams import sha256_of
from host.open_side import open_side
from host.settings import Settings
from host.site import Site
from projections.folds.timetravel import NOW
from schemas import names

_LIFT = "secrecy-lift"
Ref = Annotated[str | None, typer.Argument(metavar="[REF]", help="The order whose secrecy it is.")]
Disclosure = Annotated[
    str | None,
    option(
        "--disclosure",
        "ID",
        "Of a disclosure without an order: the id of its event, with --subject.",
    ),
]
ToldBy = Annotated[
    str | None,
    option("--source", "S", "Where two disclosures have the same id: the source of the event."),
]
Evidence = Annotated[
    str, option("--evidence", "E", "The letter, judgment or article that shows it, as a code.")
]
Document = Annotated[
    str | None,
    option(
        "--document", "FILE", "That document itself: its SHA-256 is recorded, and nothing else."
    ),
]
Digest = Annotated[
    str | None, option("--sha256", "HEX", "Instead of the file: the SHA-256 of the document.")
]
Despite = Annotated[
    list[str] | None,
    option(
        "--despite",
        "REF",
        "An order of the person that still runs, or is secret as well; both officers name each.",
    ),
]


@configured("store")
def impose(
    settings: Settings,
    by: Annotated[str, code_option("--by", "B", IMPOSED_BY)],
    evidence: Evidence,
    review_on: Annotated[str, option("--review-on", "DAY", "By when it is looked at again.")],
    ref: Ref = None,
    subject: Whose = None,
    disclosure: Disclosure = None,
    told_by: ToldBy = None,
    document: Document = None,
    sha256: Digest = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Record that a person may not be told of an order or a disclosure, beyond what its provision says."""
    digest = _digest(document, sha256, needed=False)
    day = day_named("--review-on", review_on)
    word = Word(by=by, evidence=evidence, sha256=digest, review_on=day)
    with working(settings, "secrecy", at) as (site, source, time):
        on = OnSecret(ref, subject, disclosure, time, told_by)
        _print(source, on_secrecy.impose(site, source, on, word), as_json)


@configured("store")
def review(
    settings: Settings,
    outcome: Annotated[str, code_option("--outcome", "O", OUTCOMES)],
    by: Annotated[str, code_option("--by", "B", LIFTED_BY)],
    evidence: Evidence,
    review_on: Annotated[
        str | None,
        option("--review-on", "DAY", "Where it continues: by when it is looked at again."),
    ] = None,
    ref: Ref = None,
    subject: Whose = None,
    disclosure: Disclosure = None,
    told_by: ToldBy = None,
    document: Document = None,
    sha256: Digest = None,
    emergency: EmergencyCode = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Record that it was looked at again whether the person may be told. Needs two persons."""
    if (outcome == "continues") != (review_on is not None):
        raise typer.BadParameter("--review-on: expected where it continues, and nowhere else")
    word = Word(
        by=by,
        evidence=evidence,
        sha256=_digest(document, sha256),
        outcome=outcome,
        review_on=day_or_none("--review-on", review_on),
    )
    with working(settings, "secrecy", at) as (site, source, time):
        on = OnSecret(ref, subject, disclosure, time, told_by)
        secret = on_secrecy.judged(site, source, on, names.SECRECY_REVIEWED, word)
        again = command(
            *("secrecy", "review", *([ref] if ref else [])),
            outcome=outcome,
            by=by,
            evidence=evidence,
            document=document,
            sha256=sha256,
            review_on=review_on,
            subject=subject,
            disclosure=disclosure,
            source=told_by,
            at=at,
        )
        about = _About(source, secret, names.SECRECY_REVIEWED, [to_builtins(word), at])
        permit = _permit(site, "secrecy-review", about, again, emergency)
        _print(source, on_secrecy.review(site, source, on, word, permit), as_json)


@configured("store")
def lift(
    settings: Settings,
    by: Annotated[str, code_option("--by", "B", LIFTED_BY)],
    evidence: Evidence,
    ref: Ref = None,
    subject: Whose = None,
    disclosure: Disclosure = None,
    told_by: ToldBy = None,
    document: Document = None,
    sha256: Digest = None,
    despite: Despite = None,
    emergency: EmergencyCode = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Record that the person may be told from now on: the open ledger then gets the disclosure.

    Needs two persons. While a measure runs, or another order about the person is secret, both name each such
    order with `--despite`.
    """
    named = tuple(sorted(set(despite or ())))
    word = Word(by=by, evidence=evidence, sha256=_digest(document, sha256), despite=named)
    with working(settings, "secrecy", at) as (site, source, time), _open_ledger(site) as there:
        on = OnSecret(ref, subject, disclosure, time, told_by, there)
        secret = on_secrecy.judged(site, source, on, names.SECRECY_LIFTED, word)
        again = command(
            *("secrecy", "lift", *([ref] if ref else [])),
            by=by,
            evidence=evidence,
            document=document,
            sha256=sha256,
            despite=list(named),
            subject=subject,
            disclosure=disclosure,
            source=told_by,
            at=at,
        )
        about = _About(source, secret, names.SECRECY_LIFTED, [to_builtins(word), at])
        permit = _permit(site, _LIFT, about, again, emergency)
        _print(source, on_secrecy.lift(site, source, on, word, permit), as_json)


@contextmanager
def _open_ledger(site: Site) -> Iterator[Source | None]:
    """The open ledger, which says who had a number; None where the desk has no settings of it."""
    if site.settings.open_settings is None:
        yield None
        return
    with open_side(site, "secrecy") as there:
        yield there.source


@configured("store")
def list_secrecy(
    settings: Settings,
    everything: Annotated[
        bool, switch("--all", "Also what was lifted, and the open ledger knows of.")
    ] = False,
    moment: AtMoment = NOW,
    limit: MostUrgent = None,
    as_json: Json = False,
) -> None:
    """Print what persons may not be told, by when that is reviewed. Exit status 1 when one is overdue."""
    with reading(settings, "secrecy", moment) as (site, source):
        prepare(site, moment.known)
        answer = secrecy_list(source, moment, everything=everything, limit=limit)
        print_answer(answer, secrecy_table, as_json)
    fail_unless(answer.overdue == 0)


def _digest(document: str | None, sha256: str | None, *, needed: bool = True) -> str | None:
    """The SHA-256 of the evidence, in hex. Raises BadParameter without one where it is needed, or for two."""
    if document is not None and sha256 is not None:
        raise typer.BadParameter("name --document or --sha256, one of them")
    if document is not None:
        return sha256_of(document)
    if sha256 is None and not needed:
        return None
    if not re.fullmatch("[0-9a-fA-F]{64}", sha256 or ""):
        raise typer.BadParameter("--document: expected the evidence itself, or its --sha256 in hex")
    return str(sha256).lower()


class _About(NamedTuple):
    """What an act of two officers is about. `said`: in the command."""

    source: Source
    secret: FoundSecret
    name: str
    said: list[object]


def _permit(site: Site, act: str, about: _About, again: str, emergency: str | None) -> Permit:
    """The permit of two officers for exactly what they saw."""
    seen = on_secrecy.seen(about.source, about.secret, about.name)
    person, parameters = about.secret.person, [*seen, *about.said]
    return replace(need_second_person(site, act, parameters, again, person, emergency), seen=seen)


def _print(source: Source, secret: FoundSecret, as_json: bool) -> None:
    """Print how a secret stands after an act on it."""
    print_answer(secrecy_row(secret, source.now), secrecy_row_table, as_json)
