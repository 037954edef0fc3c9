"""Tables about what one person agreed to or chose."""

from collections.abc import Iterable

from msgspec import UNSET
from rich.console import RenderableType
from rich.table import Table

from application.queries.persons.consents import ChoiceShown, ConsentAct, Consents, ConsentShown
from application.words import in_words, say
from console.show.text import Stack, worded
from documents.messages import told
from documents.text import clean

_ABOUT = "consent"


def consents_tables(answer: Consents) -> list[RenderableType]:
    """Consents and whether each has effect; other choices if there are any; every act with `--history`."""
    tables: list[RenderableType] = [_consents(answer)]
    if answer.choices:
        tables.append(_choices(answer.choices))
    if answer.history is not UNSET:
        tables.append(_history(answer.history))
    return tables


def _consents(answer: Consents) -> Table:
    rows = [
        (
            in_words("purpose", row.purpose),
            Stack([in_words("consent-status", row.status), row.since]),
            Stack([row.effective, told(row.why)]),
            _how(row),
        )
        for row in answer.consents
    ]
    return worded(_ABOUT, "purpose status effective how", rows, clean(answer.subject))


def _how(row: ConsentShown | ConsentAct) -> Stack:
    until = say(_ABOUT, "until", row.valid_until) if row.valid_until else None
    words = (in_words("consent-status", code) for code in (row.method, row.channel, row.reason))
    return Stack([row.text_version, *words, until])


def _choices(choices: Iterable[ChoiceShown]) -> Table:
    rows = [
        (
            row.choice,
            row.since,
            Stack(
                f"{name}: {clean(value)}"
                for name, value in row.facts.items()
                if name != "tc_string"  # `evidence_tables` shows it decoded
            ),
        )
        for row in choices
    ]
    return worded(_ABOUT, "choice since what", rows, title="choices")


def _history(acts: Iterable[ConsentAct]) -> Table:
    rows = [
        (
            in_words("purpose", row.purpose),
            Stack([in_words("consent-status", row.act), say(_ABOUT, "at", row.position)]),
            Stack(
                [
                    say(_ABOUT, "from", row.from_),
                    say(_ABOUT, "to", row.to) if row.to else None,
                    say("history", "annulled", row.annulled_by) if row.annulled_by else None,
                ]
            ),
            _how(row),
        )
        for row in acts
    ]
    return worded(_ABOUT, "purpose act decides how", rows, title="acts")
