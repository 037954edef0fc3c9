"""Tables about what one person agreed to or chose, and what may follow from it."""

from collections.abc import Iterable
from typing import Any

from rich.console import RenderableType
from rich.table import Table

from application.language import spoken
from application.register_words import Words
from application.words import in_words, say, told_in
from console.show.text import Stack, pairs, worded
from documents.messages import told
from documents.text import clean

_ABOUT, _MARKETING = "consent", "marketing"


def consents_tables(answer: dict[str, Any]) -> list[RenderableType]:
    """Consents and what each is worth; other choices if there are any; every act if it was asked for."""
    tables: list[RenderableType] = [_consents(answer)]
    if answer["choices"]:
        tables.append(_choices(answer))
    if "history" in answer:
        tables.append(_history(answer))
    return tables


def _consents(answer: dict[str, Any]) -> Table:
    rows = [
        (
            in_words("purpose", row["purpose"]),
            Stack([in_words("consent-status", row["status"]), row["since"]]),
            Stack([row["effective"], told(row["why"])]),
            _how(row),
        )
        for row in answer["consents"]
    ]
    return worded(_ABOUT, "purpose status effective how", rows, clean(answer["subject"]))


def _how(row: dict[str, Any]) -> Stack:
    until = say(_ABOUT, "until", row["valid_until"]) if row["valid_until"] else None
    words = (in_words("consent-status", row[name]) for name in ("method", "channel", "reason"))
    return Stack([row["text_version"], *words, until])


def _choices(answer: dict[str, Any]) -> Table:
    rows = [
        (
            row["choice"],
            row["since"],
            Stack(
                f"{name}: {clean(value)}"
                for name, value in row["facts"].items()
                if name != "tc_string"  # decoded beside it
            ),
        )
        for row in answer["choices"]
    ]
    return worded(_ABOUT, "choice since what", rows, title="choices")


def _history(answer: dict[str, Any]) -> Table:
    rows = [
        (
            in_words("purpose", row["purpose"]),
            Stack([in_words("consent-status", row["act"]), say(_ABOUT, "at", row["position"])]),
            Stack(
                [
                    say(_ABOUT, "from", row["from"]),
                    say(_ABOUT, "to", row["to"]) if row["to"] else None,
                    say("history", "annulled", row["annulled_by"]) if row["annulled_by"] else None,
                ]
            ),
            _how(row),
        )
        for row in answer["history"]
    ]
    return worded(_ABOUT, "purpose act decides how", rows, title="acts")


def marketing_tables(answer: dict[str, Any]) -> list[RenderableType]:
    """What the decisions rest on, then a row for each channel and rule."""
    rows = [
        (
            Stack([in_words("channel", decision["channel"]), _may(decision)]),
            Stack([say("layer", verdict["layer"]), _may(verdict)]),
            Stack([told_in(verdict, "why"), _asked(verdict), told_in(verdict, "title")]),
            Stack([Words(spoken()).cited(verdict["citation"]), _doubt(verdict)]),
        )
        for decision in answer["decisions"]
        for verdict in decision["verdicts"]
    ]
    title = say(_MARKETING, "title", clean(answer["subject"]), answer["as_of"])
    return [
        pairs(title, _addressee(answer["person"])),
        worded(_MARKETING, "channel by why rule", rows, title="decisions"),
    ]


def _may(judged: dict[str, Any]) -> str:
    return say(_MARKETING, "allowed" if judged["allowed"] else "not-allowed")


def _addressee(person: dict[str, Any]) -> Iterable[tuple[str, Any]]:
    """What is known of a person, with what the words of the rules mean by it."""
    values = {
        "kind": in_words("kind", person["kind"]),
        "account": say(_MARKETING, "active" if person["active"] else "inactive"),
        "customer": person["customer"] or say(_MARKETING, "no-customer"),
        "consents": in_words("purpose", person["consents"]) or say(_MARKETING, "none"),
        "ended": Stack(
            f"{in_words('purpose', one['purpose'])}: {clean(told(one['why']))}"
            for one in person["without_effect"]
        ),
        "objections": in_words("channel", person["objections"]) or say(_MARKETING, "none"),
        "restricted": in_words("category", person["restricted"]) or say("value", "nothing"),
    }
    shown = ((name, value) for name, value in values.items() if name != "ended" or value)
    return ((say(_MARKETING, name), value) for name, value in shown)


def _asked(verdict: dict[str, Any]) -> str | None:
    """The consents of which one is needed, where none is there."""
    if verdict["code"] != "no-consent":
        return None
    wanted = in_words("purpose", verdict["consent_for"])
    return say(_MARKETING, "asked-for", f" {say('value', 'or')} ".join(wanted))


def _doubt(verdict: dict[str, Any]) -> str | None:
    return say("confidence", "doubt") if verdict["confidence"] == "unconfirmed" else None
