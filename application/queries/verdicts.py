"""A verdict of the rulebook as answers show it: which layer says what, why, and on which source."""

from collections.abc import Mapping
from typing import Any

from rulebook import Verdict

_Words = Mapping[str, tuple[str, str]]
"""A rule or a code -> in English, in Dutch."""


def explained(verdict: Verdict, titles: _Words, reasons: _Words) -> dict[str, Any]:
    """The verdict with the title of its rule and its reason, in both languages."""
    (title, title_nl), (why, why_nl) = titles[verdict.rule], reasons[verdict.why]
    return {
        "layer": verdict.layer,
        "rule": verdict.rule,
        "allowed": verdict.allowed,
        "code": verdict.why,
        "why": why,
        "why_nl": why_nl,
        "title": title,
        "title_nl": title_nl,
        "citation": verdict.citation,
        "confidence": verdict.confidence,
    }
