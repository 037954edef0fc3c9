"""The demonstration: made-up events, and the main job on a fresh machine, from these to answers."""

import os
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from application.following import bring_up_to_date
from application.words import say
from console.commands.failing import fail_unless
from console.commands.intake import ingest_files
from console.demo.browser import fetched, running, shown_until_stopped
from console.demo.ground import demo_settings, fresh_ground, kafka_texts
from console.demo.kafka import consume_all, publish
from console.demo.orders import order_steps, two_ledgers
from console.demo.proof import tampered
from console.demo.step import shown
from console.demo.tour import guide
from console.flags import option, spoken_to, time_of
from console.output import people, standard_output
from console.streams import opened
from host.settings import Settings, is_confidential
from host.site import Site
from host.wiring import open_site, utc_now
from ledger.errors import Misconfigured
from ledger.storage.named import replacing
from sample import generating as sample
from sample.orders import orders
from schemas.encoding import JsonValue


@spoken_to
def write_sample(
    ctx: typer.Context,
    events: Annotated[
        int, typer.Option("--events", help="How many events.", min=1)
    ] = sample.DEFAULT_EVENTS,
    customers: Annotated[
        int, typer.Option("--customers", help="About how many customers.", min=1)
    ] = sample.DEFAULT_CUSTOMERS,
    seed: Annotated[
        int, typer.Option("--seed", help="The same seed gives the same sample.")
    ] = sample.DEFAULT_SEED,
    until: Annotated[
        str | None, option("--until", "T", "End of the three years. Default: now.")
    ] = None,
    output: Annotated[
        Path | None,
        option("--output", "FILE", "Write to this file instead of the screen."),
    ] = None,
    planted: Annotated[
        Path | None,
        option("--planted", "FILE", "File for the rules that the events break, one a line."),
    ] = None,
) -> None:
    """Write made-up events of three years in the life of a provider, one a line.

    Some events break a rule on purpose: on the last day of the three years `ledger findings` lists these
    and no others. A sample with fewer than 24 customers, or with too few events, breaks no rule.
    """
    end: datetime = time_of("--until", until) or utc_now()
    broken: list[sample.PlantedViolation] = []
    try:
        if is_confidential({**os.environ, **(ctx.obj or {})}):
            sample_events = orders(seed=seed, until=end, planted=broken)
        else:
            sample_events = sample.generate(
                seed=seed, customers=customers, events=events, until=end, planted=broken
            )
    except ValueError as error:
        raise Misconfigured(str(error)) from None
    if output is None:
        sample.write(sample_events, standard_output())
    else:
        with replacing(output) as stream:
            sample.write(sample_events, stream)
    if planted is not None:
        with replacing(planted) as stream:
            sample.write((violation.line() for violation in broken), stream)


@spoken_to
def demo(
    ctx: typer.Context,
    data_dir: Annotated[
        Path | None,
        option("--data-dir", "FOLDER", "Folder that it makes afresh (LEDGER_DATA_DIR)."),
    ] = None,
    kafka: Annotated[
        str | None, option("--kafka", "HOST:PORT", "Broker whose topics the demonstration uses.")
    ] = None,
) -> None:
    """Show what a ledger does: made-up events, views, answers, findings, an erasure, proofs, an audit.

    On a terminal it ends with the web console running: Ctrl-C ends it. Uses a folder and PostgreSQL servers
    of its own, whatever else is configured.
    """
    begun = time.monotonic()
    with fresh_ground(_folder(ctx, data_dir)) as ground:
        settings = demo_settings(ground, kafka_texts(os.environ, kafka))
        _demonstrate(settings, begun, through_kafka=kafka is not None)


def _demonstrate(settings: Settings, begun: float, *, through_kafka: bool) -> None:
    """All steps. Raises Exit unless each went as it should."""
    console = people()
    console.print(say("demo", "fresh", settings.data_dir), soft_wrap=True)
    with open_site(settings, install_missing=True) as site:
        planted: list[sample.PlantedViolation] = []
        words = (_through_kafka if through_kafka else _through_a_file)(site, _sample(planted))
        console.print(words, soft_wrap=True)
        bring_up_to_date(site)
        steps = list(shown(guide(site, planted), console, settings.data_dir))
    # The ledger is closed: its folder is copied while no server writes into it.
    steps += shown([tampered(site)], console, settings.data_dir, after=len(steps))
    with two_ledgers(settings) as ledgers:
        steps += shown(order_steps(*ledgers), console, settings.data_dir, after=len(steps))
    with running(settings) as server:
        page = [fetched(settings, server)]
        steps += shown(page, console, settings.data_dir, after=len(steps))
        console.print()
        lasted_s = time.monotonic() - begun
        console.print(say("demo", "done", lasted_s, settings.data_dir), soft_wrap=True)
        if sys.stdin.isatty() and console.is_terminal:
            for words in shown_until_stopped(settings, server):
                console.print(words, soft_wrap=True)
    fail_unless(all(step.fine for step in steps))


def _folder(ctx: typer.Context, data_dir: Path | None) -> Path | None:
    """The folder that was named: here, before the command, or by the variable."""
    before_command = (ctx.obj or {}).get("LEDGER_DATA_DIR")
    folder = data_dir or before_command or os.environ.get("LEDGER_DATA_DIR")
    return Path(folder) if folder else None


def _through_a_file(site: Site, events: Iterator[dict[str, JsonValue]]) -> str:
    """Record the sample from a file, as `ledger ingest` does; a sentence about it."""
    path = site.settings.data_dir / "sample.ndjson"
    with replacing(path) as stream:
        count = sample.write(events, stream)
    with opened(str(path)) as stream:
        result = ingest_files(site, [(path.name, stream)])
    counts = (result.recorded, result.rejected)
    return say("demo", "ingested", count, sample.DEFAULT_CUSTOMERS, path, *counts)


def _sample(planted: list[sample.PlantedViolation]) -> Iterator[dict[str, JsonValue]]:
    return sample.generate(
        seed=sample.DEFAULT_SEED,
        customers=sample.DEFAULT_CUSTOMERS,
        events=sample.DEFAULT_EVENTS,
        until=utc_now(),
        planted=planted,
    )


def _through_kafka(site: Site, events: Iterator[dict[str, JsonValue]]) -> str:
    """Publish the sample and consume it to its end, as `ledger consume` does; a sentence about it."""
    kafka = site.settings.need_kafka()
    count = publish(kafka, events)
    consumed = consume_all(site, kafka, count)
    topics = f" {say('demo', 'and')} ".join(kafka.topics)
    return say("demo", "published", count, sample.DEFAULT_CUSTOMERS, topics, consumed)
