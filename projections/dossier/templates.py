"""Names with a member of an event's facts in them, such as `consent/{purpose}`, read once for all events."""

from collections.abc import Callable, Mapping
from string import Formatter
from typing import Any

Named = Callable[[Mapping[str, Any]], str]


def named_by(template: str) -> Named:
    """The function that puts facts into a template. Raises KeyError without the member that it names."""
    (text, member), *rest = [(part[0], part[1]) for part in Formatter().parse(template)]
    if member is None:
        return lambda _facts: text
    if rest:
        return template.format_map
    return lambda facts: f"{text}{facts[member]}"
