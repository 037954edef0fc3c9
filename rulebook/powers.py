"""Power over what other events said: the house's table, and why every other type has none."""

from msgspec import Struct

from rulebook.loading import load
from schemas.powers import Power
from schemas.sources import powers_of


class Ordinary(Struct, frozen=True, forbid_unknown_fields=True):
    """Types that never end or change what another source said, and why."""

    why: str
    types: tuple[str, ...]


POWER_TABLE: tuple[Power, ...] = load("house", "power", Power)
ORDER_POWERS: tuple[Power, ...] = load("house", "power", Power, file="order_powers")
"""Those over types that the confidential ledger alone records."""
ORDINARY: tuple[Ordinary, ...] = load("house", "ordinary", Ordinary, file="powers")
_ALL_POWERS = (*POWER_TABLE, *ORDER_POWERS)
POWERS = powers_of(_ALL_POWERS)
_BY_NAME = {name: power for power in _ALL_POWERS for name in (*power.opens, *power.acts)}

CLAIMING: frozenset[str] = frozenset(_BY_NAME)
"""Names of the types that have a power over others, or that others have power over."""


def related(names: frozenset[str]) -> frozenset[str]:
    """Names of types with those that have power over them, or that they have power over."""
    powers = {_BY_NAME[name].id: _BY_NAME[name] for name in names if name in _BY_NAME}
    return names.union(*((*power.opens, *power.acts) for power in powers.values()))
