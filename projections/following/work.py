"""Work to derive, in the form that a process or machine without shared memory understands. Pure."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ledger.errors import Halt
from projections import view_named
from projections.following.derive import Goal


class Work(NamedTuple):
    """Names of views with their versions and the positions up to which, and the privacy office."""

    views: Sequence[tuple[str, str, int]]
    privacy_office: frozenset[str]

    def goals(self) -> list[Goal]:
        """The goals as views of this code. Raises Halt if this code has another version of one."""
        goals = []
        for name, version, upto in self.views:
            view = view_named(name)
            if view is None or view.version != version:
                raise Halt("another version of this program folds the events")
            goals.append((view, upto))
        return goals


def work_of(goals: Sequence[Goal], privacy_office: Iterable[str]) -> Work:
    """Goals for a process or a machine elsewhere."""
    return Work([(v.name, v.version, upto) for v, upto in goals], frozenset(privacy_office))
