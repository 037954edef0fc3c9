"""Commands that go on until they are told to stop: consume, project, run."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from console.commands import gaps
from console.commands.following import bring_up_to_date, follower, rebuild_outdated
from console.flags import configured
from console.forgetting import forget_due
from console.kafka_options import options_of
from console.logs import listen_to
from console.output import note
from console.settings import KafkaSettings, Settings
from console.signals import stopping
from console.supervision import supervise
from console.wiring import Site, open_site
from consumers.kafka import KafkaAnswers, KafkaSource
from consumers.loop import Job, consume, resume
from consumers.observer import Observer
from consumers.source import Answers, Partition
from ledger.errors import Retry

__all__ = ["add_commands", "answering", "observer_of_notes", "sourcing"]


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module to the program."""
    panel = "Running"
    app.command("consume", rich_help_panel=panel)(consume_command)
    app.command("project", rich_help_panel=panel)(project)
    app.command("run", rich_help_panel=panel)(run)
    gaps.add_commands(app)


@configured("store", "intake", "kafka")
def consume_command(
    settings: Settings,
    resumed: Annotated[
        bool, typer.Option("--resume", help="Clear a stored halt of the topics first.")
    ] = False,
    from_log_start: Annotated[
        bool,
        typer.Option(
            "--from-log-start", help="Accept that a new partition has lost its oldest records."
        ),
    ] = False,
) -> None:
    """Record what arrives from Kafka, until told to stop; SIGTERM finishes the batch at hand.

    Exit status 1 when a topic is halted or something does not fit.
    """
    kafka = settings.need_kafka()
    with open_site(settings) as site, sourcing(kafka) as source, answering(kafka) as answers:
        if resumed:
            resume(site.open_recorder, kafka.topics)
        job = Job(kafka.topics, site.intake, site.batch_limits, from_log_start)
        consumer = consume(
            job,
            source,
            site.open_recorder,
            clock=site.clock,
            monotonic=time.monotonic,
            answers=answers,
            observer=observer_of_notes(),
        )
        with stopping() as stop:
            consumer.run(stop)


@contextmanager
def sourcing(kafka: KafkaSettings) -> Iterator[KafkaSource]:
    """A member of the consumer group, which leaves it at the end."""
    source = KafkaSource(options_of(kafka))
    try:
        yield source
    finally:
        source.close()


@contextmanager
def answering(kafka: KafkaSettings) -> Iterator[Answers | None]:
    """Where answers to upstream go; None when they go nowhere."""
    if kafka.answers is None:
        yield None
        return
    answers = KafkaAnswers(options_of(kafka), kafka.answers)
    try:
        yield answers
    finally:
        answers.close()


def observer_of_notes() -> Observer:
    """What an operator should see of a consumer, one line each; what it records is metrics' work."""

    def reassigned(partitions: frozenset[Partition]) -> None:
        note(f"consume: {len(partitions)} partitions are assigned")

    def away(fault: Retry, delay_s: float) -> None:
        note(f"consume: {fault}; trying again in {delay_s:.1f} s")

    def fenced() -> None:
        note("consume: another member has recorded meanwhile; going on from its bookmark")

    def halted(topic: str) -> None:
        note(f"consume: {topic} is halted; see `ledger dead-letters list`")

    return Observer(reassigned=reassigned, fenced=fenced, away=away, halted=halted)


@configured("store")
def project(
    settings: Settings,
    once: Annotated[bool, typer.Option("--once", help="Stop when every view is there.")] = False,
) -> None:
    """Follow the ledger with all views, until told to stop."""
    with open_site(settings, opens_values=False) as site:
        rebuild_outdated(site)
        if once:
            bring_up_to_date(site)
            return
        listen_to("projections")
        with stopping() as stop, follower(site) as made:
            made.follow(stop)


@configured("store", "intake", "kafka")
def run(settings: Settings) -> None:
    """Consume, project and keep keys and dead letters within their periods, on one machine.

    A part that crashes is started again; exit status 1 when one halts. SIGTERM stops all of it.
    """
    settings.need_kafka()
    with open_site(settings) as site, stopping() as stop:
        status = supervise(("consume", "project"), settings.texts, stop, lambda: _keep_up(site))
    raise typer.Exit(status)


def _keep_up(site: Site) -> None:
    """Forget what is due; a database that is away is tried again next time."""
    try:
        rotation, letters = forget_due(site)
    except Retry as fault:
        note(f"run: {fault}")
        return
    if rotation:
        note(f"run: key epoch {rotation.epoch} began, {len(rotation.destroyed)} ended")
    if letters:
        note(f"run: {letters} dead letters are past their retention and forgotten")
