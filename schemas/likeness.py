"""Whether a name is another one with a slip or two in it."""

__all__ = ["is_like"]

_SLIPS = 2
_LONGEST = 128


def is_like(name: str, other: str) -> bool:
    """Whether at most two letters must be changed, added or left out to make one of the other."""
    if abs(len(name) - len(other)) > _SLIPS or len(name) > _LONGEST:
        return False
    before = list(range(len(other) + 1))
    for row, letter in enumerate(name, 1):
        line = [row]
        for column, wanted in enumerate(other, 1):
            changed = before[column - 1] + (letter != wanted)
            line.append(min(changed, before[column] + 1, line[-1] + 1))
        before = line
    return before[-1] <= _SLIPS
