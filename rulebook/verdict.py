"""A verdict: the answer of one entry of a layer, and its reason. Explanations show the verdicts of both
layers.
"""

from msgspec import Struct

from rulebook.layers import Layer


class Verdict(Struct, frozen=True):
    """The answer of one entry, and its reason as a code."""

    rule: str
    layer: Layer
    allowed: bool
    why: str
    citation: str
    confidence: str
