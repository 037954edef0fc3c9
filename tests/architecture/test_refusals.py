"""`docs/reference/refusals.md` names rules and codes that there are, and leaves out no code of a refusal."""

import re
from pathlib import Path

from rulebook import RULES
from schemas.rejection import Code

TEXT = (Path(__file__).parents[2] / "docs" / "reference" / "refusals.md").read_text("utf-8")
FOUND, REFUSED = TEXT.split("## Refused")
# What is wrong with a message before anything is known of an event, or with its place among others.
BEFORE = {"too-large", "not-json", "not-a-cloudevent", "wrong-ledger", "conflicting-duplicate"}


def rules_named() -> set[str]:
    """Ids of rules in the first list; one that begins with a dot follows the one before it."""
    named: list[str] = []
    for code in re.findall(r"`([a-z.-]+)`", FOUND):
        if code.startswith((".", "law.", "house.")):
            stem = named[-1].rpartition(".")[0] if code.startswith(".") else ""
            named.append(stem + code)
    return set(named)


def test_every_rule_that_is_named_is_in_the_rulebook() -> None:
    assert rules_named() <= {rule.id for rule in RULES}
    assert "law.basis.provision" in rules_named()


def test_every_code_that_refuses_an_event_says_why() -> None:
    named = {code for row in REFUSED.splitlines() for code in re.findall(r"`([a-z-]+)`", row)}
    assert {code.value for code in Code} - BEFORE <= named
