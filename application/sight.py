"""What a reader may see: which categories of personal data open, of which others they know, and of whom."""

from collections.abc import Iterable

from msgspec import Struct

from ledger.keys.opening import Missing
from schemas import CATEGORIES


class Sight(Struct, frozen=True):
    """`opened`: categories whose values are shown; None: of all. `masked`: others, whose fields are named.

    Of a category in neither, an answer shows nothing, not even that there is a value. `persons`: whether
    answers say which customer, contact person or visitor they are about.
    """

    opened: frozenset[str] | None = None
    masked: frozenset[str] = frozenset()
    persons: bool = True

    def unseen(self, category: str) -> Missing | None:
        """What stands instead of a value of a category; None where it is shown."""
        if self.opened is None or category in self.opened:
            return None
        return Missing.MASKED if category in self.masked else Missing.HIDDEN

    def known(self, categories: Iterable[str]) -> list[str]:
        """Those of some categories that the reader may know of."""
        return [name for name in categories if self.unseen(name) is not Missing.HIDDEN]

    def open_among(self, categories: Iterable[str]) -> set[str]:
        """Those of some categories whose values are shown."""
        return {name for name in categories if self.unseen(name) is None}

    @property
    def hidden(self) -> frozenset[str]:
        """The categories of which the reader may not even know."""
        return frozenset(CATEGORIES).difference(self.known(CATEGORIES))

    @property
    def partial(self) -> bool:
        """Whether there are such categories: then the reader sees a part."""
        return bool(self.hidden)


EVERYTHING, NOTHING = Sight(), Sight(frozenset(), persons=False)
