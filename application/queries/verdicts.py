"""A verdict of the rulebook as answers show it: which layer says what, why, and on which source."""

from collections.abc import Mapping

from application.answer import Answer
from rulebook import Verdict
from rulebook.layers import Layer

Words = Mapping[str, tuple[str, str]]
"""A rule or a code -> in English, in Dutch."""


class VerdictInWords(Answer, frozen=True):
    """What a rule of law or house says. `code`: the reason, which `why` says in words."""

    layer: Layer
    rule: str
    allowed: bool
    code: str
    why: str
    why_nl: str
    title: str
    title_nl: str
    citation: str
    confidence: str


def explained(verdict: Verdict, titles: Words, reasons: Words) -> VerdictInWords:
    """The verdict with the title of its rule and its reason, in both languages."""
    (title, title_nl), (why, why_nl) = titles[verdict.rule], reasons[verdict.why]
    return VerdictInWords(
        layer=verdict.layer,
        rule=verdict.rule,
        allowed=verdict.allowed,
        code=verdict.why,
        why=why,
        why_nl=why_nl,
        title=title,
        title_nl=title_nl,
        citation=verdict.citation,
        confidence=verdict.confidence,
    )
