"""Tables of codes: what nobody declared ordinary, and what the register and the house declared."""

from rich.console import RenderableType
from rich.table import Table

from application.acts.declaring import DeclaredCodes
from application.queries.registers.codes import Codes
from application.words import say
from console.show.text import Stack, pairs, worded


def codes_tables(answer: Codes) -> list[RenderableType]:
    """Undeclared codes first; of the declared ones those of this ledger, not those of the rulebook."""
    undeclared = (
        (
            row.code,
            row.members,
            row.events,
            Stack([row.first, row.first_position]),
            Stack([row.last, row.last_position]),
        )
        for row in answer.undeclared
    )
    own = [row for row in answer.declared if row.by != "rulebook"]
    declared = ((row.code, say("codes-by", row.by)) for row in own)
    secret = [(code,) for code in answer.secret]
    known = len(answer.declared) - len(own)
    return [
        worded("codes", "code members events first last", undeclared, f"{answer.read:,}"),
        worded("codes", "code by", declared, f"{known:,}", title="declared"),
        *([worded("codes", "code", secret, title="secret")] if secret else []),
    ]


def declared_table(answer: DeclaredCodes) -> Table:
    """What was declared just now."""
    rows = [(say("codes", "code"), answer.codes), (say("member", "position"), answer.position)]
    return pairs(say("codes", "done"), rows)
