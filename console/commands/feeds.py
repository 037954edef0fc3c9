"""`ledger feed`: feeds about many persons, their lists, and who was in one, provable offline."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from msgspec import UNSET

from application.acts.feeding import Delivery, deliver, keep, keep_until
from application.answer import Answer
from application.queries.feed_lists import (
    DeliveredFeed,
    FeedRoot,
    KeptFeedList,
    WrittenFeedProof,
    all_feeds,
    feed_named,
    proof_of,
    proven_answer,
)
from application.queries.lookups import known_recipient
from application.queries.subjects import check_person
from application.source import Source
from console.commands.log import Keys, PolicyFile, read_file, trusted_by, write_file
from console.commands.people import working
from console.flags import At, Json, configured, day_named, spoken_to
from console.output import emit, emit_list, people
from console.show.feeds import feeds_table, proven_sentence
from console.show.upkeep import named_values
from host.notes import tell
from host.settings import Settings
from host.wiring import log_key
from ledger.errors import Misconfigured, Unproven
from ledger.event import instant
from ledger.feeds.members import members_of, references_in
from ledger.feeds.proof import encode_feed_proof, parse_feed_proof, verify
from ledger.feeds.vrf import KEY_BYTES
from ledger.tlog.signing.base64 import to_base64
from ledger.tlog.store.folder import LogFolder
from projections.reading.views import recipients_by_id

feed = typer.Typer(help="Feeds about many persons, and who was in one.", no_args_is_help=True)

ListFile = Annotated[
    Path,
    typer.Argument(metavar="LIST", help="A reference a line, such as customer/10023."),
]
Feed = Annotated[
    str, typer.Argument(metavar="FEED", help="Its day, such as 2026-11-24, its position or its id.")
]
KeyFile = Annotated[
    Path, typer.Option("--key-file", metavar="FILE", help="The secret key of this feed: 32 bytes.")
]


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module to the program."""
    feed.command("deliver")(deliver_feed)
    feed.command("root")(print_root)
    feed.command("keep")(keep_list)
    feed.command("list")(list_feeds)
    feed.command("prove")(prove_feed)
    feed.command("verify")(verify_feed)
    app.add_typer(feed, name="feed", rich_help_panel="Proof")


@configured("store")
def deliver_feed(
    settings: Settings,
    file: ListFile,
    recipient: Annotated[
        str, typer.Option("--recipient", metavar="R", help="To whom, by bare id, such as ciot.")
    ],
    valid_for: Annotated[
        str, typer.Option("--valid-for", metavar="CODE", help="How long the feed holds.")
    ] = "24h",
    at: At = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be recorded; nothing is.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Record that a feed was delivered, and keep whom it was about: sealed, and for a year at most."""
    references = _references(file)
    with working(settings, "feed", at) as (site, source, time):
        recipient = known_recipient(source, recipient)
        if recipient not in recipients_by_id(source.session):
            raise Misconfigured("no such recipient is registered: see `ledger recipients`")
        answer = DeliveredFeed(
            recorded=not dry_run,
            recipient=recipient,
            delivered_at=instant(time),
            records=len(references),
            members=len(set(references)),
            unknown=_unknown(source, references),
            valid_for=valid_for,
            keep_until=instant(keep_until(time)),
        )
        if not dry_run:
            kept = deliver(site, Delivery(recipient, valid_for, references, time))
            answer = msgspec.structs.replace(
                answer,
                merkle_root=to_base64(kept.members.root),
                position=kept.acted.last_position if kept.acted else UNSET,
            )
        _print_list("feed", answer, as_json)


def _unknown(source: Source, references: Sequence[str]) -> int:
    """How many members of a list never named anybody here."""
    members = sorted(set(references))
    return len(members) - len(source.opener.known_among(members))


def _print_list(title: str, answer: DeliveredFeed | KeptFeedList, as_json: bool) -> None:
    """What was done with a list; members whom nobody knows are said apart: it may be the wrong list."""
    _print(title, answer, as_json)
    if answer.unknown:
        tell("unknown-members", f"{answer.unknown:,}", f"{answer.members:,}")


@spoken_to
def print_root(_: typer.Context, file: ListFile, key_file: KeyFile, as_json: Json = False) -> None:
    """Print the root of a list for `merkle_root` of its event. Makes the key file when it is not there.

    For whoever sends the event of a feed and hands its list over later (`ledger feed keep`): each feed has a
    key of its own. Needs no ledger.
    """
    references = _references(file)
    if not key_file.exists():
        write_file(key_file, os.urandom(KEY_BYTES), 0o600)
    members = members_of(_secret(key_file), references)
    root = to_base64(members.root)
    _print("root", FeedRoot(root, len(references), members.size), as_json)


@configured("store")
def keep_list(
    settings: Settings, which: Feed, file: ListFile, key_file: KeyFile, as_json: Json = False
) -> None:
    """Keep the list of a feed that is recorded. Refused when it does not give the root of the event."""
    references, secret = _references(file), _secret(key_file)
    with working(settings, "feed", None) as (site, source, _):
        found = feed_named(source, which)
        kept = keep(site, found, secret, references)
        answer = KeptFeedList(
            position=found.position,
            members=kept.members.size,
            unknown=_unknown(source, references),
            keep_until=instant(kept.until),
        )
        _print_list("list", answer, as_json)


@configured("store")
def list_feeds(settings: Settings, as_json: Json = False) -> None:
    """Print the feeds that were delivered, and until when the list of each is kept."""
    with working(settings, "feed", None) as (_, source, _):
        rows = all_feeds(source)
        if as_json:
            emit_list("feeds", rows, count_as="count")
        else:
            people().print(feeds_table(rows))


@configured("store", "log")
def prove_feed(
    settings: Settings,
    which: Feed,
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="Such as customer/10023.")],
    recipient: Annotated[
        str | None, typer.Option("--recipient", metavar="R", help="To whom the feed went.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help="Write there [POSITION.feed-proof.json]."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write what proves that a person was, or was not, in a feed: one file for `ledger feed verify`.

    It names nobody and lists nobody. `-` is standard output.
    """
    check_person(subject)
    with working(settings, "feed", None) as (_, source, _):
        to = known_recipient(source, recipient) if recipient else None
        found = feed_named(source, which, to)
        proof = proof_of(source, LogFolder(settings.log.folder), found, subject)
        proven = verify(proof, subject, log_key(settings).known())
        target = output or Path(f"{found.position}.feed-proof.json")
        write_file(target, encode_feed_proof(proof), 0o600)
        if target == Path("-"):
            return
        members = msgspec.structs.asdict(proven_answer(proven, subject))
        _print("proof", WrittenFeedProof(**members, proof=str(target)), as_json)


@spoken_to
def verify_feed(
    _: typer.Context,
    subject: Annotated[str, typer.Option("--subject", metavar="S", help="About whom.")],
    day: Annotated[
        str, typer.Option("--day", metavar="DATE", help="Of which day, such as 2026-11-24.")
    ],
    keys: Keys = None,
    policy: PolicyFile = None,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="The proof; else standard input.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a proof, and say whether the person was in the feed of that day.

    Needs the file and the log's key, or a policy: no database, no network, no settings. Exit status 1 when it
    proves nothing; that somebody was not in the feed is proven as well.
    """
    trusted = trusted_by(keys, policy)
    check_person(subject)
    proven = verify(parse_feed_proof(read_file(file)), subject, *trusted)
    answer = proven_answer(proven, subject)
    if answer.day != day_named("--day", day).isoformat():
        raise Unproven("the proof is about the feed of another day")
    if as_json:
        emit(answer)
    else:
        people().print(proven_sentence(answer))


def _references(file: Path) -> list[str]:
    try:
        with file.open("rb") as lines:
            return list(references_in(lines))
    except OSError as error:
        raise Misconfigured(f"the list cannot be read: {error.strerror}") from None


def _secret(file: Path) -> bytes:
    try:
        secret = file.read_bytes()
    except OSError as error:
        raise Misconfigured(f"the key of the feed cannot be read: {error.strerror}") from None
    if len(secret) != KEY_BYTES:
        raise Misconfigured(f"the key of a feed has {KEY_BYTES} bytes")
    return secret


def _print(about: str, answer: Answer, as_json: bool) -> None:
    if as_json:
        emit(answer)
    else:
        people().print(named_values(about, answer))
