"""Commands that list dead letters and try them again: all, some by name, or a kind of them."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Annotated

import typer

from application.queries.intake.dead_letters import (
    WITHHELD,
    DeadLetter,
    RetriedLetter,
    letter_row,
    retried_row,
    withheld_row,
)
from application.queries.intake.letter_names import check_names
from console.commands.failing import fail_unless
from console.flags import Json, bounds_of, code_option, configured, option
from console.output import emit_list, people
from console.setting_flags import Several
from console.show.intake import Outcomes, retried_tables
from console.show.letters import letters_tables
from consumers.retry import RetryOutcome, retry, retry_like
from host.notes import tell
from host.settings import Settings
from host.site import Site
from host.wiring import open_site
from ledger.application import Ledger
from ledger.errors import Misconfigured, Reject
from ledger.letters.lists import LetterFilter, count_letters, letters_like, letters_named
from ledger.letters.withheld import count_withheld
from ledger.storage.postgres import Session
from schemas import EVENT_TYPES, Code

NOT_HERE = "withheld messages are read by the holder of their key only"
# Fewer could be the number of a row, and would open a message by accident.
LEAST_LETTERS = 6
# Enough rows for a table on a screen; `--limit` gives more.
SHOWN = 100
_CODES = [code.value for code in Code]

OfCode = Annotated[str | None, code_option("--code", "CODE", _CODES, "Refused with this code: {}.")]
OfSource = Annotated[str | None, option("--source", "SOURCE", "Sent by this source.")]
OfTopic = Annotated[
    str | None, option("--topic", "TOPIC", "That came by this topic, or by file: and a label.")
]
OfType = Annotated[str | None, option("--type", "TYPE", "Of this type: consent-given.")]
SeenFrom = Annotated[str | None, option("--from", "T", "Arrived at this time or later.")]
SeenTo = Annotated[str | None, option("--to", "T", "Arrived at this time or earlier.")]
Limit = Annotated[int | None, option("--limit", "N", "At most so many, oldest first.", min=0)]


def kind_of(
    code: str | None,
    source: str | None,
    topic: str | None,
    type: str | None,
    seen_from: str | None,
    seen_to: str | None,
) -> LetterFilter:
    """The letters that the options name. Raises BadParameter for a time that is none."""
    first, last = bounds_of(seen_from, seen_to)
    return LetterFilter(code, source, topic, _types(type), first, last)


def _types(name: str | None) -> tuple[str, ...] | None:
    """A type by its full name, or all versions of one by its short name."""
    if name is None:
        return None
    return (name, *(entry.type for entry in EVENT_TYPES.values() if entry.name == name))


EVERY = LetterFilter()
OfKind = Annotated[
    LetterFilter,
    Several(
        kind_of,
        {
            "code": OfCode,
            "source": OfSource,
            "topic": OfTopic,
            "type": OfType,
            "seen_from": SeenFrom,
            "seen_to": SeenTo,
        },
    ),
]


@configured("store")
def list_letters(
    settings: Settings,
    kind: OfKind = EVERY,
    limit: Limit = None,
    as_json: Json = False,
) -> None:
    """Print which messages were refused, why, and what their sender must do. It shows no content of a
    message.

    Of messages that are not for this ledger, one line says how many there are. The list has the oldest 100
    unless --limit says more; with --json it has all.
    """
    with open_site(settings) as site:
        reader = site.session("reader")
        (total, _), (matching, _) = count_letters(reader, EVERY), count_letters(reader, kind)
        rows = (letter_row(letter) for letter in letters_like(reader, kind, limit))
        if not matching:
            check_names(reader, kind)
        if as_json:
            counts = {"matching": matching, "total": total}
            emit_list("dead_letters", _with_withheld(rows, reader, kind), beside=counts)
            return
        most = SHOWN if limit is None else limit
        first_rows = list(islice(rows, most))
        listed = [*_with_withheld(first_rows, reader, kind)]
        tables = letters_tables(listed, len(first_rows), matching, total)
    people().print(*tables)


def _with_withheld(
    rows: Iterable[DeadLetter], reader: Session, kind: LetterFilter
) -> Iterator[DeadLetter]:
    """The rows, then one row for all withheld letters: of these only the code and the number are known."""
    yield from rows
    if kind.every or kind == LetterFilter(WITHHELD):
        count = count_withheld(reader)
        if count:
            yield withheld_row(count)


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


@configured("store")
def retry_letters(
    settings: Settings,
    named: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[LETTER]...",
            help="Names, or their beginnings; without it: the letters that options name.",
        ),
    ] = None,
    kind: OfKind = EVERY,
    limit: Limit = None,
    as_json: Json = False,
) -> None:
    """Try refused messages again, by today's rules: some, those of a kind, or all.

    It tries each message by itself, oldest first. Exit status 1 when a message is refused again.
    """
    if named and (limit is not None or not kind.every):
        raise Misconfigured("name letters, or say of what kind they are; not both")
    outcomes = Outcomes()
    with open_site(settings) as site:
        recorder = site.open_recorder()
        try:
            matching, _ = count_letters(recorder.session, kind)
            retries = _retries(site, recorder, named or (), matching, (kind, limit))
            rows = outcomes.counting(map(retried_row, retries))
            if as_json:
                beside = {} if named else {"matching": matching}
                emit_list("dead_letters", rows, beside=beside)
            else:
                first_rows = list(islice(rows, SHOWN))
                deque(rows, maxlen=0)  # a letter is tried when its row is read
        finally:
            recorder.close()
    if not as_json:
        _print(first_rows, outcomes, None if named else matching)
    fail_unless(outcomes.all_fine)


def _retries(
    site: Site,
    recorder: Ledger,
    named: Sequence[str],
    matching: int,
    selection: tuple[LetterFilter, int | None],
) -> Iterator[RetryOutcome]:
    """Letters by their names, else those of a kind up to a limit; each is tried when its outcome is read."""
    if named:
        names = [whole_name(recorder.session, name) for name in named]
        return retry(recorder, names, site.intake, site.clock())
    kind, limit = selection
    if not matching:
        check_names(recorder.session, kind)
    return retry_like(recorder, kind, limit, site.intake, site.clock())


def _print(rows: Sequence[RetriedLetter], outcomes: Outcomes, matching: int | None) -> None:
    """Print the first letters in a table; of letters of a kind also how many there are."""
    people().print(*retried_tables(rows, outcomes))
    if matching is not None and outcomes.total < matching:
        tell("tried", f"{outcomes.total:,}", f"{matching:,}")
