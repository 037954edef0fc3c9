"""A bounded cache of results for keys that are met at least twice."""

from collections.abc import Hashable
from typing import Any, Final

MOST: Final = 4_096
"""The most results to keep; when there are more, all are learnt anew."""


class Memory:
    """Maps a key to its result. For a key that was met once, only its hash is kept."""

    def __init__(self) -> None:
        self._met: dict[int, bool] = {}
        self._kept: dict[Hashable, Any] = {}
        self.get = self._kept.get

    def met_again(self, key: Hashable) -> bool:
        """Whether a key is met for the second time: neither for the first, nor for the third."""
        if len(self._met) >= MOST:
            self._met.clear()
        met = self._met.get(hash(key))
        self._met[hash(key)] = met is None
        return met is True

    def keep(self, key: Hashable, found: Any) -> None:
        """Keep a result. When all is learnt anew, nothing counts as met before."""
        if len(self._kept) >= MOST:
            self._kept.clear()
            self._met.clear()
        self._kept[key] = found
