"""What stands around the content of a page: where the reader is, who they are, which moment they see."""

from collections.abc import Mapping
from urllib.parse import urlencode

from msgspec import Struct

from schemas.texts import Language

AS_OF, RECORDED_BY, AT_POSITION = "as-of", "recorded-by", "at-position"
MOMENT = (AS_OF, RECORDED_BY, AT_POSITION)
"""The parameters that say which moment a page shows; every link carries them on."""


class Section(Struct, frozen=True):
    """A page that stands in the navigation. `name` is a word of `[nav]`."""

    name: str
    href: str
    current: bool = False


class Reader(Struct, frozen=True):
    """Who looks: how they are called, and the code of their role."""

    name: str
    role: str


class Frame(Struct, frozen=True):
    """The frame of one page. `parameters` are those of the address, in its order.

    `own`: it is for a person of the portal, not for the house. `sees_part`: the role of the reader does.
    """

    language: Language
    path: str
    parameters: tuple[tuple[str, str], ...] = ()
    sections: tuple[Section, ...] = ()
    reader: Reader | None = None
    house: str = ""
    home: str = "/"
    logout: str = "/logout"
    csrf: str = ""
    own: bool = False
    sees_part: bool = False

    @property
    def moment(self) -> dict[str, str]:
        """The parameters of the moment that is shown; none of them: now."""
        return {name: value for name, value in self.parameters if name in MOMENT and value}

    @property
    def others(self) -> tuple[tuple[str, str], ...]:
        """The parameters that say nothing of the moment: filters, order, place in a list."""
        return tuple(pair for pair in self.parameters if pair[0] not in MOMENT)

    def to(self, path: str, **parameters: object) -> str:
        """The address of another page that shows the same moment. `_` in a name stands for `-`."""
        return address(path, self.moment | _written(parameters))

    def here(self, **changes: object) -> str:
        """The address of this page with some parameters changed; None takes one away."""
        changed = {name.replace("_", "-"): value for name, value in changes.items()}
        kept = [(name, value) for name, value in self.parameters if name not in changed]
        return address(self.path, [*kept, *_written(changes).items()])

    def now(self) -> str:
        """The address of this page as things are now."""
        return address(self.path, self.others)

    def exported(self, form: str) -> str:
        """The address of what this page shows, as a file: `csv`, `xlsx` or `json`."""
        return self.here(format=form)


def address(
    path: str, parameters: Mapping[str, str] | list[tuple[str, str]] | tuple[tuple[str, str], ...]
) -> str:
    """A path with its parameters. The path is written as it is: its parts are quoted where it is made."""
    query = urlencode(parameters)
    return f"{path}?{query}" if query else path


def _written(parameters: Mapping[str, object]) -> dict[str, str]:
    return {
        name.replace("_", "-"): str(value)
        for name, value in parameters.items()
        if value is not None
    }
