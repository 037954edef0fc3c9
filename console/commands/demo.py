"""The command `demo`: the main job on a fresh machine, from made-up events to answers."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from application.following import bring_up_to_date
from application.words import say
from console.commands.failing import fail_unless
from console.commands.intake import ingest_files
from console.demo.ground import demo_settings, fresh_ground, kafka_texts
from console.demo.kafka import consume_all, publish
from console.demo.proof import tampered
from console.demo.step import shown
from console.demo.tour import guide
from console.flags import spoken_to
from console.output import people
from console.streams import opened
from host.wiring import Site, open_site, utc_now
from sample import generating as sample
from schemas.encoding import JsonValue


def add_commands(app: typer.Typer) -> None:
    """Add the command of this module to the program."""
    app.command("demo", rich_help_panel="Beginning")(demo)


@spoken_to
def demo(
    ctx: typer.Context,
    data_dir: Annotated[
        Path | None,
        typer.Option("--data-dir", metavar="FOLDER", help="Made afresh (LEDGER_DATA_DIR)."),
    ] = None,
    kafka: Annotated[
        str | None,
        typer.Option("--kafka", metavar="HOST:PORT", help="Through the topics of this broker."),
    ] = None,
) -> None:
    """Show the main job: made-up events, ledger, views, answers, findings, an erasure, proofs, an audit.

    Uses a folder and a PostgreSQL of its own, whatever else is configured.
    """
    begun = time.monotonic()
    settings = demo_settings(_folder(ctx, data_dir), kafka_texts(os.environ, kafka))
    fresh_ground(settings.data_dir)
    console = people()
    console.print(say("demo", "fresh", settings.data_dir), soft_wrap=True)
    with open_site(settings, install_missing=True) as site:
        planted: list[sample.Planted] = []
        words = (_through_kafka if kafka else _through_a_file)(site, _sample(planted))
        console.print(words, soft_wrap=True)
        bring_up_to_date(site)
        steps = list(shown(guide(site, planted), console, settings.data_dir))
    steps += shown([tampered(site)], console, settings.data_dir, after=len(steps))
    console.print()
    lasted_s = time.monotonic() - begun
    console.print(say("demo", "done", lasted_s, settings.data_dir), soft_wrap=True)
    fail_unless(all(step.fine for step in steps))


def _folder(ctx: typer.Context, data_dir: Path | None) -> Path | None:
    """The folder that was named: here, before the command, or by the variable."""
    named = data_dir or (ctx.obj or {}).get("LEDGER_DATA_DIR") or os.environ.get("LEDGER_DATA_DIR")
    return Path(named) if named else None


def _through_a_file(site: Site, events: Iterator[dict[str, JsonValue]]) -> str:
    """Record the sample from a file, as `ledger ingest` does; a sentence about it."""
    path = site.settings.data_dir / "sample.ndjson"
    with path.open("wb") as stream:
        count = sample.write(events, stream)
    with opened(str(path)) as stream:
        result = ingest_files(site, [(path.name, stream)])
    counts = (result.recorded, result.rejected)
    return say("demo", "ingested", count, sample.DEFAULT_CUSTOMERS, path, *counts)


def _sample(planted: list[sample.Planted]) -> Iterator[dict[str, JsonValue]]:
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
    read = consume_all(site, kafka, count)
    topics = f" {say('demo', 'and')} ".join(kafka.topics)
    return say("demo", "published", count, sample.DEFAULT_CUSTOMERS, topics, read)
