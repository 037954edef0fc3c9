"""Refused messages once more, and sources that are let in again: the same for commands and for pages."""

import shlex
from collections.abc import Iterator, Sequence

from application.lookups import alike, plain
from application.queries.intake.dead_letters import WITHHELD, RetriedLetter, retried_row
from application.queries.intake.letter_names import check_names
from application.queries.intake.sources import ResumedSource
from application.site import Site
from consumers.retry import retry, retry_like
from ledger.application import Ledger
from ledger.errors import Misconfigured, Reject
from ledger.letters.lists import LetterFilter, count_letters, letters_named
from ledger.recording.quarantine import OTHERS, sources_of
from ledger.storage.postgres import Session
from schemas import Code

NOT_HERE = "withheld messages are read by the holder of their key only"
# Fewer could be the number of a row, and would open a message by accident.
LEAST_LETTERS = 6
_QUARANTINED = Code.QUARANTINED.value


def whole_name(session: Session, beginning: str) -> str:
    """The letter whose name begins so. Raises Reject unless there is exactly one."""
    if len(beginning) < LEAST_LETTERS:
        raise Misconfigured(
            f"name a dead letter by at least {LEAST_LETTERS} characters of its name"
        )
    if beginning == WITHHELD:
        raise Reject(NOT_HERE)
    names = letters_named(session, beginning)
    if len(names) != 1:
        reason = (
            "several dead letters have names that begin so" if names else "there is no such letter"
        )
        raise Reject(f"{reason}; `ledger dead-letters list` shows them")
    return names[0]


def retry_named(site: Site, recorder: Ledger, named: Sequence[str]) -> Iterator[RetriedLetter]:
    """Try letters again, by their names or beginnings of them; each is tried when its outcome is read."""
    names = [whole_name(recorder.session, name) for name in named]
    return map(retried_row, retry(recorder, names, site.intake, site.clock()))


def retry_kind(
    site: Site, recorder: Ledger, kind: LetterFilter, most: int | None
) -> tuple[int, Iterator[RetriedLetter]]:
    """How many letters are of a kind, and their retries, oldest first, up to a limit. As `retry_named`.

    Raises NotKnown for a kind that names what no message ever had.
    """
    matching, _ = count_letters(recorder.session, kind)
    if not matching:
        check_names(recorder.session, kind)
    outcomes = retry_like(recorder, kind, most, site.intake, site.clock())
    return matching, map(retried_row, outcomes)


def resume_source(recorder: Ledger, source: str, topic: str | None) -> ResumedSource:
    """Let a source in again, on a topic or on all. Raises Misconfigured where it is not quarantined."""
    halted = [
        (place, name)
        for place, name, intake in sources_of(recorder.session, topic)
        if intake.window.halted_at
    ]
    topics = [place for place, name in halted if name == source]
    resumed = [place for place in topics if recorder.resume_source(place, source)]
    if not resumed:
        raise Misconfigured(_unknown(source, [name for _, name in halted]))
    kind = kept_of(source, topic)
    letters, _ = count_letters(recorder.session, kind)
    return ResumedSource(sorted(resumed), source, letters, _retry(kind))


def kept_of(source: str, topic: str | None) -> LetterFilter:
    """The letters that were kept of a quarantined source."""
    # The sources that are counted together as "others" have no name in common: their letters are found by
    # the code alone.
    return LetterFilter(_QUARANTINED, None if source == OTHERS else source, topic)


def _retry(kind: LetterFilter) -> str:
    """The command that brings in what was kept."""
    words = ["ledger", "dead-letters", "retry", "--code", _QUARANTINED]
    words += ["--source", kind.source] if kind.source else []
    return shlex.join([*words, "--topic", kind.topic] if kind.topic else words)


def _unknown(source: str, quarantined: list[str]) -> str:
    """What to say of a source that is not quarantined, with those that are and are spelt alike."""
    message = "this source is not quarantined; `ledger kafka sources` shows those that are"
    return message + alike(source, plain(quarantined))
