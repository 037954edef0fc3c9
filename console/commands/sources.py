"""Commands about the sources of Kafka's topics: what became of their messages, and to let one in again."""

import shlex
from typing import Annotated

from application.lookups import alike, plain
from application.queries.intake.sources import ResumedSource, Sources, sources
from console.flags import Json, configured, option
from console.output import emit, print_answer
from console.show.sources import sources_table
from host.notes import tell
from host.settings import Settings
from host.wiring import open_site
from ledger.application import Ledger
from ledger.errors import Misconfigured
from ledger.letters.lists import LetterFilter, count_letters
from ledger.reading import halted_topics
from ledger.recording.quarantine import OTHERS, sources_of
from schemas import Code

_CODE = Code.QUARANTINED.value


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
            resumed = _resumed(recorder, source, topic)
            # The sources that are counted together as "others" have no name in common: their letters
            # are found by the code alone.
            kind = LetterFilter(_CODE, None if source == OTHERS else source, topic)
            letters, _ = count_letters(recorder.session, kind)
        finally:
            recorder.close()
    retry = _retry(kind)
    answer = ResumedSource(sorted(resumed), source, letters, retry)
    if as_json:
        emit(answer)
        return
    tell("resumed", source, ", ".join(sorted(resumed)))
    if letters:
        tell("kept-meanwhile", f"{letters:,}", retry)


def _retry(kind: LetterFilter) -> str:
    """The command that brings in what was kept."""
    words = ["ledger", "dead-letters", "retry", "--code", _CODE]
    words += ["--source", kind.source] if kind.source else []
    return shlex.join([*words, "--topic", kind.topic] if kind.topic else words)


def _resumed(recorder: Ledger, source: str, topic: str | None) -> list[str]:
    """The topics on which the source was let in. Raises Misconfigured where it is not quarantined."""
    halted = [
        (place, name)
        for place, name, intake in sources_of(recorder.session, topic)
        if intake.window.halted_at
    ]
    topics = [place for place, name in halted if name == source]
    resumed = [place for place in topics if recorder.resume_source(place, source)]
    if not resumed:
        raise Misconfigured(_unknown(source, [name for _, name in halted]))
    return resumed


def _unknown(source: str, quarantined: list[str]) -> str:
    """What to say of a source that is not quarantined, with those that are and are spelt alike."""
    message = "this source is not quarantined; `ledger kafka sources` shows those that are"
    return message + alike(source, plain(quarantined))
