"""`ledger feed`: feeds about many persons, their lists, and who was in one, provable offline."""

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, get_args

import msgspec
import typer
from msgspec import UNSET

from application.acts.feeding import (
    Delivery,
    FeedGround,
    deliver,
    grounded,
    keep,
    keep_until,
)
from application.queries.disclosures.feed_lists import (
    DeliveredFeed,
    FeedRoot,
    KeptFeedList,
    WrittenFeedProof,
    all_feeds,
    feed_named,
    proof_of,
    proven_answer,
)
from application.queries.lookups import known_provision, known_recipient
from application.queries.subjects import check_person
from application.source import Source
from console.commands.log import Keys, PolicyFile, read_file, trusted_by
from console.commands.people import working
from console.flags import (
    At,
    Json,
    code_option,
    configured,
    day_named,
    day_or_none,
    option,
    spoken_to,
    switch,
)
from console.output import is_standard_output, print_answer, print_rows, write_new, write_private
from console.setting_flags import OptionGroup
from console.show.feeds import feeds_table, proven_sentence
from console.show.upkeep import named_values
from console.streams import MOST_LIST_BYTES, opened, whole
from host.keys import log_key
from host.notes import tell
from host.settings import Settings
from ledger.errors import Misconfigured, Unproven
from ledger.event import instant
from ledger.feeds.members import members_of, references_in
from ledger.feeds.proof import encode_feed_proof, parse_feed_proof, verify
from ledger.feeds.vrf import KEY_BYTES
from ledger.storage.named import read_named
from ledger.tlog.signing.base64 import to_base64
from ledger.tlog.store.folder import LogFolder
from projections.reading.views import recipients_by_id
from projections.views.recipients import recipient_at
from schemas.formats import LegalBasis

ListFile = Annotated[
    Path, typer.Argument(metavar="LIST", help="A reference a line, such as customer/10023.")
]
Feed = Annotated[
    str, typer.Argument(metavar="FEED", help="Its day, such as 2026-11-24, its position or its id.")
]
KeyFile = Annotated[Path, option("--key-file", "FILE", "The secret key of this feed: 32 bytes.")]

_NO_GROUND = FeedGround()
_GROUND = {
    "legal_basis": Annotated[
        str | None,
        code_option(
            "--legal-basis",
            "BASIS",
            get_args(LegalBasis),
            "Any but the CIOT feed needs it. One of {}.",
        ),
    ],
    "provision": Annotated[
        str | None, option("--provision", "P", "The provision, where law demands the feed.")
    ],
    "purpose": Annotated[
        str | None, option("--purpose", "CODE", "Its purpose, where the provision does not say it.")
    ],
    "period_from": Annotated[
        str | None, option("--period-from", "DATE", "The first day that its data is about.")
    ],
    "period_to": Annotated[
        str | None, option("--period-to", "DATE", "The last day that its data is about.")
    ],
}


def _ground(
    legal_basis: str | None,
    provision: str | None,
    purpose: str | None,
    period_from: str | None,
    period_to: str | None,
) -> FeedGround:
    first = day_or_none("--period-from", period_from)
    last = day_or_none("--period-to", period_to)
    if first and last and last < first:
        raise typer.BadParameter("--period-to lies before --period-from")
    return FeedGround(
        legal_basis,
        provision,
        purpose,
        first.isoformat() if first else None,
        last.isoformat() if last else None,
    )


@configured("store")
def deliver_feed(
    settings: Settings,
    file: ListFile,
    recipient: Annotated[
        str, option("--recipient", "R", "The recipient, by bare id, such as ciot.")
    ],
    valid_for: Annotated[
        str, option("--valid-for", "CODE", "How long the feed is valid, as a code.")
    ] = "24h",
    ground: Annotated[FeedGround, OptionGroup(_ground, _GROUND)] = _NO_GROUND,
    at: At = None,
    dry_run: Annotated[
        bool, switch("--dry-run", "Show what it would record, and record nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Record that you delivered a feed, and keep the list of its persons: sealed, and for a year at most."""
    references = _references(file)
    with working(settings, "feed", at) as (site, source, time):
        recipient = known_recipient(source, recipient)
        entry = recipients_by_id(source.session).get(recipient)
        version = recipient_at(entry, time) if entry else None
        if version is None:
            raise Misconfigured("no such recipient is registered: see `ledger recipients`")
        if ground.provision:
            ground = ground._replace(provision=known_provision(source, ground.provision))
        ground = grounded(version.kind, ground)
        answer = DeliveredFeed(
            recorded=not dry_run,
            recipient=recipient,
            delivered_at=instant(time),
            records=len(references),
            members=len(set(references)),
            unknown=_unknown(source, references),
            valid_for=valid_for,
            keep_until=instant(keep_until(time)),
            recipient_kind=version.kind,
            legal_basis=ground.legal_basis,
            provision=ground.provision,
            purpose=ground.purpose,
        )
        if not dry_run:
            feed = Delivery(recipient, version.kind, valid_for, references, time, ground)
            delivered = deliver(site, feed)
            answer = msgspec.structs.replace(
                answer,
                merkle_root=to_base64(delivered.members.root),
                position=delivered.acted.last_position if delivered.acted else UNSET,
            )
        _print_list("feed", answer, as_json)


def _unknown(source: Source, references: Sequence[str]) -> int:
    """How many members of a list this ledger has never met as a person."""
    members = sorted(set(references))
    return len(members) - len(source.opener.known_among(members))


def _print_list(title: str, answer: DeliveredFeed | KeptFeedList, as_json: bool) -> None:
    """Print what was done with a list, and say how many members are unknown: it may be the wrong list."""
    print_answer(answer, partial(named_values, title), as_json)
    if answer.unknown:
        tell("unknown-members", f"{answer.unknown:,}", f"{answer.members:,}")


@spoken_to
def print_root(_: typer.Context, file: ListFile, key_file: KeyFile, as_json: Json = False) -> None:
    """Print the root of a list for `merkle_root` of its event. It makes the key file when there is none.

    It is for the sender of the event who hands the list over later (`ledger feed keep`): each feed has a
    key of its own. It needs no ledger.
    """
    references = _references(file)
    if not key_file.exists():
        write_new(key_file, os.urandom(KEY_BYTES))
    members = members_of(_secret(key_file), references)
    root = to_base64(members.root)
    answer = FeedRoot(root, len(references), members.size)
    print_answer(answer, partial(named_values, "root"), as_json)


@configured("store")
def keep_list(
    settings: Settings, which: Feed, file: ListFile, key_file: KeyFile, as_json: Json = False
) -> None:
    """Keep the list of a feed that is recorded. Refused when it does not give the root of the event."""
    references, secret = _references(file), _secret(key_file)
    with working(settings, "feed", None) as (site, source, _):
        feed = feed_named(source, which)
        kept_list = keep(site, feed, secret, references)
        answer = KeptFeedList(
            position=feed.position,
            members=kept_list.members.size,
            unknown=_unknown(source, references),
            keep_until=instant(kept_list.until),
        )
        _print_list("list", answer, as_json)


@configured("store")
def list_feeds(settings: Settings, as_json: Json = False) -> None:
    """Print the feeds that were delivered, and until when the list of each is kept."""
    with working(settings, "feed", None) as (_, source, _):
        rows = all_feeds(source)
        print_rows("feeds", rows, feeds_table, as_json, count_as="count")


@configured("store", "log")
def prove_feed(
    settings: Settings,
    which: Feed,
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="Such as customer/10023.")],
    recipient: Annotated[
        str | None, option("--recipient", "R", "The recipient of the feed.")
    ] = None,
    output: Annotated[
        Path | None, option("--output", "FILE", "Write there [POSITION.feed-proof.json].")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write the proof that a person was, or was not, in a feed: one file for `ledger feed verify`.

    The file names no person. `-` is standard output.
    """
    check_person(subject)
    with working(settings, "feed", None) as (_, source, _):
        to = known_recipient(source, recipient) if recipient else None
        feed = feed_named(source, which, to)
        proof = proof_of(source, LogFolder(settings.log.folder), feed, subject)
        # Checked before it is written: a proof that fails is of no use to its reader.
        proven = verify(proof, subject, log_key(settings).known())
        target = output or Path(f"{feed.position}.feed-proof.json")
        write_private(target, encode_feed_proof(proof))
        if is_standard_output(target):
            return
        members = msgspec.structs.asdict(proven_answer(proven, subject))
        answer = WrittenFeedProof(**members, proof=str(target))
        print_answer(answer, partial(named_values, "proof"), as_json)


@spoken_to
def verify_feed(
    _: typer.Context,
    subject: Annotated[str, option("--subject", "S", "The person whom the proof is about.")],
    day: Annotated[str, option("--day", "DATE", "Day of the feed, such as 2026-11-24.")],
    keys: Keys = None,
    policy: PolicyFile = None,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="The proof; without it: standard input.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a proof, and say whether the person was in the feed of that day.

    It needs the file and the log's key, or a policy: no database, no network, no settings. Exit status 1
    when it proves nothing; it can also prove that somebody was not in the feed.
    """
    trusted = trusted_by(keys, policy)
    check_person(subject)
    proven = verify(parse_feed_proof(read_file(file)), subject, *trusted)
    answer = proven_answer(proven, subject)
    if answer.day != day_named("--day", day).isoformat():
        raise Unproven("the proof is about the feed of another day")
    print_answer(answer, proven_sentence, as_json)


def _references(file: Path) -> list[str]:
    try:
        with opened(str(file)) as stream:
            content = whole(stream, "the list", MOST_LIST_BYTES)
    except OSError as error:
        raise Misconfigured(f"the list cannot be read: {error.strerror}") from None
    return list(references_in(content.splitlines()))


def _secret(file: Path) -> bytes:
    try:
        secret = read_named(file, KEY_BYTES, "secret")
    except OSError as error:
        raise Misconfigured(f"the key of the feed cannot be read: {error.strerror}") from None
    if len(secret) != KEY_BYTES:
        raise Misconfigured(f"the key of a feed has {KEY_BYTES} bytes")
    return secret
