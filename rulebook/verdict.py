"""What one entry of a layer says about a question, and why: explanations show the verdicts of both layers."""

from msgspec import Struct

from rulebook.layers import Layer


class Verdict(Struct, frozen=True):
    """What one entry says, and why: a code."""

    rule: str
    layer: Layer
    allowed: bool
    why: str
    citation: str
    confidence: str
