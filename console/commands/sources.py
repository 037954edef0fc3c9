"""Commands about the sources of Kafka's topics: what became of their messages, and to let one in again."""

from typing import Annotated

from application.acts.retrying import resume_source as let_in
from application.lookups import alike, plain
from application.queries.intake.sources import Sources, sources
from console.flags import Json, configured, option
from console.output import emit, print_answer
from console.show.sources import sources_table
from host.notes import tell
from host.settings import Settings
from host.wiring import open_site
from ledger.errors import Misconfigured
from ledger.reading import halted_topics
from ledger.recording.quarantine import sources_of


@configured("store")
def show_sources(
    settings: Settings,
    topic: Annotated[str | None, option("--topic", "TOPIC", "Of this topic only.")] = None,
    as_json: Json = False,
) -> None:
    """Print what became of each source's messages on each topic, and which sources are quarantined, since
    when and why.

    The ledger keeps the messages of a quarantined source as dead letters with the code `quarantined`, and
    the topic goes on for other sources.
    """
    with open_site(settings, opens_values=False) as site:
        reader = site.session("reader")
        rows = sources(sources_of(reader), halted_topics(reader))
    if topic is not None:
        topics = sorted({row.topic for row in rows})
        if topic not in topics:
            raise Misconfigured(f"nothing came by this topic{alike(topic, plain(topics))}")
        rows = [row for row in rows if row.topic == topic]
    print_answer(Sources(rows), lambda answer: sources_table(answer.sources), as_json)


@configured("store")
def resume_source(
    settings: Settings,
    source: Annotated[str, option("--source", "SOURCE", "Source to let in again.")],
    topic: Annotated[
        str | None, option("--topic", "TOPIC", "On this topic only; without it: on all.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Let a quarantined source in again, and count its refusals anew.

    It prints the `ledger dead-letters retry` that records what was kept meanwhile.
    """
    with open_site(settings) as site:
        recorder = site.open_recorder()
        try:
            answer = let_in(recorder, source, topic)
        finally:
            recorder.close()
    if as_json:
        emit(answer)
        return
    tell("resumed", source, ", ".join(answer.resumed))
    if answer.kept:
        tell("kept-meanwhile", f"{answer.kept:,}", answer.retry)
