"""The command for what was lost in Kafka: an operator explains it, and reading goes on."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Annotated

import msgspec
from rich.console import RenderableType

from application.command_line import command
from application.queries.intake.gaps import AcceptedGaps, accepted_gaps
from application.words import say
from console.commands.approving import need_second_person
from console.commands.failing import fail_unless
from console.flags import Json, configured, option, switch
from console.output import print_answer
from console.show.gaps import gaps_table
from consumers.gaps import Accepted, Proposal, propose
from consumers.kafka import KafkaSource
from consumers.source import Partition
from consumers.store import LedgerStore, StoredBookmark
from host.kafka_options import options_of
from host.notes import tell
from host.settings import Settings
from host.site import Site
from host.wiring import open_site
from ledger.application import Ledger
from ledger.errors import Misconfigured
from ledger.recording.gaps import record_gap
from schemas.leaks import find_leak


@configured("store", "kafka")
def accept_gap(
    settings: Settings,
    topic: Annotated[str, option("--topic", "TOPIC", "The topic.")],
    reason: Annotated[str, option("--reason", "CODE", "Why, as a code: retention-passed.")],
    partition: Annotated[
        int | None, option("--partition", "N", "One partition; without it: all with a gap.", min=0)
    ] = None,
    to: Annotated[
        int | None, option("--to", "OFFSET", "Read on from here; needs --partition.", min=0)
    ] = None,
    new_topic: Annotated[
        bool, switch("--new-topic", "Accept that the topic was deleted and made anew.")
    ] = False,
    yes: Annotated[bool, switch("--yes", "Do it; without --yes it is only shown.")] = False,
    as_json: Json = False,
) -> None:
    """Accept that records of a topic are lost: record the gap as an event, and read on after it.

    A consumer never skips a record by itself. Exit status 1 when there is a gap and --yes is missing.
    """
    if to is not None and partition is None:
        raise Misconfigured("--to needs --partition")
    # The reason is stored for ever and in clear. Raises Misconfigured, without quoting it.
    if find_leak({"reason": reason}, ("reason",)) is not None:
        raise Misconfigured("--reason looks like personal data; expected a code")
    accepted = Accepted(reason, to, new_topic)
    with open_site(settings) as site:
        ledger = site.open_recorder()
        try:
            proposals = _proposals(settings, ledger, topic, partition, accepted)
            if yes and proposals:
                _approve(site, proposals, topic, partition, accepted)
            positions = _record(site, ledger, proposals) if yes else []
        finally:
            ledger.close()
    print_answer(accepted_gaps(proposals, positions), _table, as_json)
    if proposals and not yes:
        tell("not-accepted")
    fail_unless(yes or not proposals)


def _approve(
    site: Site,
    proposals: Sequence[Proposal],
    topic: str,
    partition: int | None,
    accepted: Accepted,
) -> None:
    """Where the settings give the gap to two persons, ask for the second one."""
    gaps = [msgspec.to_builtins(proposal.gap) for proposal in proposals]
    again = command(
        *("kafka", "accept-gap"),
        topic=topic,
        partition=None if partition is None else str(partition),
        reason=accepted.reason,
        to=None if accepted.to_offset is None else str(accepted.to_offset),
        new_topic=accepted.new_topic,
        yes=True,
    )
    need_second_person(site, "gap", gaps, again)


def _proposals(
    settings: Settings, ledger: Ledger, topic: str, number: int | None, accepted: Accepted
) -> list[Proposal]:
    """The gaps of a topic's partitions, in order. Raises Misconfigured where there is nothing to look at."""
    source = KafkaSource(options_of(settings.need_kafka()))
    try:
        identity = source.identity([topic])
        if topic not in identity.topic_ids:
            raise Misconfigured(f"Kafka has no topic {topic}: make it anew, or read another one")
        partitions = source.partitions(topic)
        numbers = partitions if number is None else {number} & partitions
        bookmarks = _bookmarks(ledger, (Partition(topic, each) for each in sorted(numbers)))
        if not bookmarks:
            raise Misconfigured("this ledger has never read that topic: there is no gap to accept")
        extents = source.extents(bookmarks)
        proposals = [
            propose(
                place, bookmark, identity, extents[place], accepted, partial(source.damage, place)
            )
            for place, bookmark in bookmarks.items()
        ]
    finally:
        source.close()
    return [proposal for proposal in proposals if proposal]


def _bookmarks(ledger: Ledger, places: Iterable[Partition]) -> dict[Partition, StoredBookmark]:
    store = LedgerStore(ledger)
    bookmarks = {place: store.bookmark(place) for place in places}
    return {place: bookmark for place, bookmark in bookmarks.items() if bookmark}


def _record(site: Site, ledger: Ledger, proposals: list[Proposal]) -> list[int]:
    """Positions of the events, one for each gap; each in a transaction of its own."""
    return [
        record_gap(ledger.session, site.ledger, ledger.chain, proposal.gap, site.clock()).last
        for proposal in proposals
    ]


def _table(answer: AcceptedGaps) -> RenderableType:
    return gaps_table(answer.gaps) if answer.gaps else say("gaps", "none")
