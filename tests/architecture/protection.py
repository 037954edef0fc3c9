"""The page that says of every place what protects it: its tables, from inventory and catalogue."""

from collections.abc import Iterable, Iterator

from ledger.audit.catalogue import Fact, expected
from ledger.audit.inventory import Row, inventory

_FILE = "file "
SERVER = "server"


def places() -> list[str]:
    """Every place of the database, as the inventory names them; files are found where they are written."""
    return [SERVER, *(place for fact in expected() for place in _places_of(fact))]


def _places_of(fact: Fact) -> list[str]:
    if fact.kind == "column":
        return [fact.place, f"definition of {fact.place}"]
    return [fact.place, f"rows {fact.object}"] if fact.kind == "table" else [fact.place]


def _table(header: list[str], rows: Iterable[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _said(row: Row) -> list[str]:
    finds = ", ".join(f"`{kind}`" for kind in row.finds)
    return [row.protection, row.how, finds, f"`{row.test}`"]


def _plain(name: str) -> str:
    return name.replace("{", "").replace("}", "").replace('"', "").replace("_colour", "")


_HEADER = ["protection", "how", "found as", "altered in"]


def tables() -> str:
    """Every table: its rows and columns."""
    return _table(["table", "rows and columns", *_HEADER], _tables())


def _tables() -> Iterator[list[str]]:
    for fact in expected():
        if fact.kind == "table":
            groups: dict[Row, list[str]] = {}
            for name, place in _rows_and_columns(fact.object):
                groups.setdefault(inventory().of(place), []).append(name)
            for row, names in groups.items():
                yield [f"`{_plain(fact.object)}`", ", ".join(names), *_said(row)]


def _rows_and_columns(table: str) -> Iterator[tuple[str, str]]:
    yield "*rows*", f"rows {table}"
    columns = [fact for fact in expected() if fact.kind == "column"]
    columns = [fact for fact in columns if fact.object.rpartition(".")[0] == table]
    for fact in sorted(columns, key=lambda fact: int(fact.text.split()[0])):
        yield f"`{_plain(fact.object.rpartition('.')[2])}`", fact.place


def catalogue() -> str:
    """Every object and right, by kind and by what it belongs to."""
    return _table(["kind", "objects", *_HEADER], _objects())


def _objects() -> Iterator[list[str]]:
    groups: dict[tuple[str, Row], list[str]] = {}
    for fact in expected():
        if fact.kind != "column":
            groups.setdefault((fact.kind, inventory().of(fact.place)), []).append(
                f"`{_plain(fact.object)}`"
            )
    columns = inventory().of(next(p for p in places() if p.startswith("definition of ")))
    yield ["column", "types, defaults and order of every column above", *_said(columns)]
    for (kind, row), names in groups.items():
        yield [kind, ", ".join(names), *_said(row)]
    server = (
        "every row of the server's catalogue, but what `ledger/audit/server/catalogues.toml` leaves out with"
        " a reason: objects of the server's own, their rights, flags and dependencies; whatever the site has"
        " beside the ledger, unless a baseline of the auditor accepts it"
    )
    yield [SERVER, server, *_said(inventory().of(SERVER))]


def files() -> str:
    """Every file that the program writes."""
    rows = (
        [", ".join(f"`{name.removeprefix(_FILE)}`" for name in row.what), *_said(row)]
        for row in inventory().row
        if row.what[0].startswith(_FILE)
    )
    return _table(["file", *_HEADER], rows)
