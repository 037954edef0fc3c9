"""Links that pages make: each leads to the same moment as the page that it stands on."""

from urllib.parse import quote

from application.answer import Gone, Name
from ledger.event import instant
from web.frame import AS_OF, AT_POSITION, RECORDED_BY, address
from web.pieces import Erased, Link, Lost
from web.rights import Part
from web.visit import Visit


def to(visit: Visit, path: str, **parameters: object) -> str:
    """The address of a page at the moment of the visit. `_` in a name stands for `-`; None: not there."""
    moment = visit.moment
    given: list[tuple[str, object]] = [
        (AS_OF, instant(moment.as_of) if moment.as_of else None),
        (RECORDED_BY, instant(moment.recorded_by) if moment.recorded_by else None),
        (AT_POSITION, moment.at_position),
        *((name.replace("_", "-"), value) for name, value in parameters.items()),
    ]
    return address(path, [(name, str(value)) for name, value in given if value is not None])


def link(visit: Visit, part: Part, path: str, text: object, **parameters: object) -> object:
    """A link for a reader who has that part of the console; else the text alone."""
    return Link(to(visit, path, **parameters), text) if visit.has(part) else text


def named(visit: Visit, name: Name) -> object:
    """The reference of a person, with a link to what this reader may see of that person."""
    if isinstance(name, Gone):
        return Lost() if name.lost is True else Erased()
    if name.startswith("employee/"):
        return link(
            visit, "staff", f"/staff/{quote(name.removeprefix('employee/'), safe='')}", name
        )
    kind, _, id = name.partition("/")
    return link(visit, "persons", f"/persons/{kind}/{quote(id, safe='')}", name)
