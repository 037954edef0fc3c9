"""Whether a name is a different name with a slip or two in it."""

_SLIPS = 2
_LONGEST = 128


def is_like(name: str, other: str, slips: int = _SLIPS) -> bool:
    """Whether at most `slips` letters must be changed, added or left out to make one of the other.

    Work: one look along the names for each way in which the slips can be made, thirteen at most for two.
    """
    # A letter that is changed alters the set of letters by two at most. Most names are told apart by that.
    different = {*name[: _LONGEST + 1]} ^ {*other}
    return len(different) <= 2 * slips and len(name) <= _LONGEST and _is_within(name, other, slips)


def _is_within(name: str, other: str, slips: int) -> bool:
    if abs(len(name) - len(other)) > slips:
        return False
    same = 0
    for letter, other_letter in zip(name, other, strict=False):
        if letter != other_letter:
            break
        same += 1
    name, other = name[same:], other[same:]
    if not (name and other):
        return True  # the rest of the other name is no longer than the remaining slips
    remaining = slips - 1
    return slips > 0 and (
        _is_within(name[1:], other[1:], remaining)
        or _is_within(name[1:], other, remaining)
        or _is_within(name, other[1:], remaining)
    )
