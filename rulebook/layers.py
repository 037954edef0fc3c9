"""The two layers of the rulebook, and rules whose name says which one they are of."""

from typing import Annotated, Literal

from msgspec import Meta

from rulebook.loading import Sourced

Layer = Literal["law", "house"]
_RuleId = Annotated[str, Meta(pattern=r"^(?:law|house)(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)+\Z")]


class LayeredRule(Sourced, frozen=True):
    """A rule of law or of the house."""

    id: _RuleId

    @property
    def layer(self) -> Layer:
        """Whether a statute or the controller made the rule."""
        return "law" if self.id.startswith("law.") else "house"
