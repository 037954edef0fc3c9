"""Commands that list dead letters and try them again: all, some by name, or a kind of them."""

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Annotated

import typer
from msgspec.structs import replace

from application.acts.retrying import retry_kind, retry_named
from application.queries.intake.dead_letters import (
    RetriedLetter,
    letter_row,
    types_named,
    with_withheld,
)
from application.queries.intake.letter_names import check_names
from console.commands.failing import fail_unless
from console.flags import Json, bounds_of, code_option, configured, option, switch
from console.output import emit_list, people
from console.setting_flags import OptionGroup
from console.show.intake import Outcomes, retried_tables
from console.show.letters import letters_tables
from host.notes import tell
from host.settings import Settings
from host.site import Site
from host.wiring import open_site
from ledger.application import Ledger
from ledger.errors import Misconfigured
from ledger.letters.lists import OPEN, LetterFilter, count_letters, letters_like
from schemas import Code

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
Limit = Annotated[
    int | None, option("--limit", "N", "Show at most this many, the oldest first.", min=0)
]


def kind_of(
    code: str | None,
    source: str | None,
    topic: str | None,
    type: str | None,
    seen_from: str | None,
    seen_to: str | None,
) -> LetterFilter:
    """The open letters that the options name. Raises BadParameter for a malformed time."""
    first, last = bounds_of(seen_from, seen_to)
    return LetterFilter(code, source, topic, types_named(type), first, last, mended=False)


Mended = Annotated[
    bool, switch("--mended", "Also those whose message was recorded since, when it was mended.")
]
OfKind = Annotated[
    LetterFilter,
    OptionGroup(
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
    kind: OfKind = OPEN,
    mended: Mended = False,
    limit: Limit = None,
    as_json: Json = False,
) -> None:
    """Print which messages were refused, why, and what their sender must do. It shows no content of a
    message.

    Of messages that are not for this ledger, one line says how many there are. The list has the oldest 100
    unless --limit says more; with --json it has all.
    """
    if mended:
        kind = replace(kind, mended=None)
    with open_site(settings) as site:
        reader = site.session("reader")
        (total, _), (matching, _) = (
            count_letters(reader, LetterFilter()),
            count_letters(reader, kind),
        )
        rows = (letter_row(letter) for letter in letters_like(reader, kind, limit))
        if not matching:
            check_names(reader, kind)
        if as_json:
            counts = {"matching": matching, "total": total}
            emit_list("dead_letters", with_withheld(rows, reader, kind), beside=counts)
            return
        most = SHOWN if limit is None else limit
        first_rows = list(islice(rows, most))
        listed = [*with_withheld(first_rows, reader, kind)]
        tables = letters_tables(listed, len(first_rows), matching, total)
    people().print(*tables)


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
    kind: OfKind = OPEN,
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
            matching, retries = _retries(site, recorder, named or (), kind, limit)
            rows = outcomes.counting(retries)
            if as_json:
                beside = {} if matching is None else {"matching": matching}
                emit_list("dead_letters", rows, beside=beside)
            else:
                first_rows = list(islice(rows, SHOWN))
                deque(rows, maxlen=0)  # a letter is tried when its row is read
        finally:
            recorder.close()
    if not as_json:
        # Print the first letters in a table; of letters of a kind also how many there are.
        people().print(*retried_tables(first_rows, outcomes))
        if matching is not None and outcomes.total < matching:
            tell("tried", f"{outcomes.total:,}", f"{matching:,}")
    fail_unless(outcomes.all_fine)


def _retries(
    site: Site,
    recorder: Ledger,
    named: Sequence[str],
    kind: LetterFilter,
    limit: int | None,
) -> tuple[int | None, Iterator[RetriedLetter]]:
    """Letters by their names, else those of a kind up to a limit, and how many are of it."""
    if named:
        return None, retry_named(site, recorder, named)
    return retry_kind(site, recorder, kind, limit)
