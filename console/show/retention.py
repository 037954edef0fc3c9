"""Tables about retention and decisions on erasure."""

from collections.abc import Iterable, Iterator

from msgspec import UNSET
from msgspec.structs import asdict
from rich.console import RenderableType
from rich.table import Table

import rulebook
from application.answer import given
from application.language import spoken
from application.queries.keeping.certified import CertifiedErasure
from application.queries.keeping.deciding import (
    Decided,
    DecisionShown,
    GroundShown,
    RecordedDecision,
    RecordedGround,
)
from application.queries.keeping.periods import Clock, Month, StepShown, entry_years
from application.register_words import RegisterWords
from application.source import ERASED
from application.words import code_word, headings, in_words, say, told_in
from console.show.person import forgotten_table
from console.show.text import Stack, field_names, pairs, table, worded
from documents.text import clean

_Cells = tuple[object, ...]


def decision_tables(answer: Decided) -> list[RenderableType]:
    """What becomes of each category, and why, in words for the person."""
    columns = headings("decision", "category decision until why statute")
    rows = [
        row
        for subject in answer.data_subjects
        for decision in subject.decisions
        for row in _decision(decision)
    ]
    name = "decided" if answer.carried_out else "preview"
    title = say("decision", name, clean(answer.subject))
    tables: list[RenderableType] = [table(title, columns, rows)]
    return [*tables, forgotten_table(answer.forgotten)] if answer.forgotten else tables


def _decision(row: DecisionShown) -> Iterator[_Cells]:
    """A line for every ground of a category, with its end; the longest ground is the last."""
    head = (
        field_names(row.fields) if row.fields else code_word("category", row.category),
        Stack([say("outcome", row.decision), row.newest and say("decision", "newest", row.newest)]),
    )
    for number, ground in enumerate(row.grounds):
        yield (
            *(head if number == 0 else ("", "")),
            ground.until or _waits(ground),
            ground.says.said(spoken()),
            RegisterWords(spoken()).cited(ground.statute),
        )


def _waits(ground: GroundShown) -> str | None:
    anchor = ground.waits_for
    return (
        say("decision", "waits", RegisterWords(spoken()).code("anchor", anchor)) if anchor else None
    )


def certificate_table(answer: CertifiedErasure) -> Table:
    """What a certificate of erasure proves."""
    decisions = sorted(answer.decisions.items())
    values = {
        **asdict(answer),
        "ground": code_word("ground", answer.ground),
        "categories": [code_word("category", code) for code in answer.categories],
        "fields": field_names(answer.fields) if answer.fields else UNSET,
        "decisions": Stack(_decided(category, decision) for category, decision in decisions),
    }
    rows = (
        (say("certificate", name), value) for name, value in values.items() if value is not UNSET
    )
    return pairs(say("certificate", "title"), rows)


def _decided(category: str, decision: RecordedDecision) -> str:
    """`payment: retain (duty of retention, until 2034-12-31; contract CT-4)`: the longest ground is last."""
    grounds = [decision, *(decision.besides or ())]
    why = "; ".join(map(_why, reversed(grounds)))
    return f"{code_word('category', category)}: {say('outcome', decision.decision)} ({why})"


def _why(ground: RecordedGround) -> str:
    name = (code_word("ground", ground.ground), given(ground.ref))
    parts = [
        " ".join(filter(None, name)),
        say("certificate", "until", ground.until) if ground.until else None,
    ]
    return ", ".join(filter(None, parts))


def clocks_table(rows: Iterable[Clock]) -> Table:
    """A row for each clock: what becomes of the data, in one word, and until when it may be kept."""
    return worded("clocks", "subject category situation until rule kept", map(_clock, rows))


def _clock(row: Clock) -> _Cells:
    """One clock. A ground for keeping is not shown of data that is due: it does not stop the erasure."""
    cause, anchor = row.cause or row.deferred, row.waits_for
    word = say("situation", row.situation)
    until = row.until or (anchor and say("clocks", "anchor", in_words("anchor", anchor)))
    late = row.overdue_since and say("clocks", "overdue", row.overdue_since)
    return (
        row.subject or ERASED,
        _held(row),
        f"{word} ({in_words('ground', cause)})" if cause else word,
        late if row.due else until,
        _named_rule(row),
        Stack(() if row.due else map(_keeper, row.grounds)),
    )


def _held(row: Clock) -> object:
    """What a clock is of: a category, single removed fields of it, or a person's entries."""
    if row.fields:
        return field_names(row.fields)
    return in_words("category", row.category) or say("clocks", "entries")


def _named_rule(row: Clock) -> object:
    """A rule of retention by its title, and its id; only the id of a rule that this version does not have.

    Of entries, why the ledger forgets whose they are.
    """
    if row.category is None:
        return say("clocks", "forgotten", entry_years())
    rule = rulebook.retention_rule(row.rule) if row.rule else None
    return Stack([told_in(rule, "title") if rule else None, row.rule])


def _keeper(ground: GroundShown) -> str:
    until = say("certificate", "until", ground.until) if ground.until else None
    return " ".join(filter(None, (in_words("ground", ground.ground), ground.ref, until)))


def steps_table(name: str, rows: Iterable[StepShown]) -> Table:
    """A row for each erasure: whose data goes, which, and for what cause. `name`: of the title."""
    return worded(
        "erasing",
        "subject cause categories newest keys",
        (
            (
                row.subject or ERASED,
                Stack([in_words("ground", row.cause), row.request_ref]),
                _what_goes(row),
                row.newest,
                row.keys_destroyed,
            )
            for row in rows
        ),
        title=name,
    )


def _what_goes(row: StepShown) -> object:
    if row.is_whole:
        return say("erasing", "whole")
    return field_names(row.fields) if row.fields else in_words("category", row.categories)


def forecast_table(rows: Iterable[Month]) -> Table:
    """How much falls due, month by month."""
    months = ((row.month, in_words("category", row.category), row.data_subjects) for row in rows)
    return worded("forecast", "month category data-subjects", months)
