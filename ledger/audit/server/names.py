"""Rows of the server's catalogue by names instead of numbers, so that they are the same in every cluster."""

import re
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cached_property

from ledger.audit.naming import Names
from ledger.audit.server.rows import FIRST_OF_SITE, Reference, Row, Server, Table, catalogues

_FIRST_CHOSEN = 12000
"""Numbers from here on are chosen when a cluster is made; those below are the same in all of a version."""
_SUPERUSER = "10"
_SUPERUSERS = "{superuser}"
_SERVER_SPACES = {"pg_catalog", "information_schema", "pg_toast"}
_SESSION_SPACE = re.compile(r"pg_(?:toast_)?temp_\d+")
# The parts of temporary tables and views; any other temporary object counts as an object of the site.
_OF_TEMPORARY = {
    "pg_class",
    "pg_type",
    "pg_attribute",
    "pg_attrdef",
    "pg_constraint",
    "pg_index",
    "pg_inherits",
    "pg_rewrite",
    "pg_sequence",
    "pg_trigger",
    "pg_depend",
    "pg_shdepend",
}
_NOTHING = {None, "0", ""}
_PLACES = re.compile(r" :(?:\w*location|stmt_len) -?\d+")
_NUMBERS = re.compile(r":(\w+) (\d{5,})|\(o ([\d ]+)\)")
_FIELDS = (
    (re.compile(r"relid$|resorigtbl"), "pg_class"),
    (re.compile(r"coll"), "pg_collation"),
    (re.compile(r"func|fnoid"), "pg_proc"),
    (re.compile(r"opno"), "pg_operator"),
    (re.compile(r"type"), "pg_type"),
)
_READING = {
    "pg_read_all_data",
    "pg_write_all_data",
    "pg_read_server_files",
    "pg_write_server_files",
    "pg_execute_server_program",
}
_POWERS = {"rolsuper", "rolcreaterole", "rolcreatedb", "rolreplication", "rolbypassrls"}
_OBJECTS = {"objid": "classid", "refobjid": "refclassid", "objoid": "classoid"}
_PARTS = {"objsubid": "objid", "refobjsubid": "refobjid"}
_COLOUR = re.compile(r"_(?:blue|green)(?![a-z0-9])")
_ITEM = re.compile(r'((?:"(?:[^"\\]|\\.)*"|[^,"])+)(?:,|$)')
# Settings of vacuum belong to the site.
_VACUUM = re.compile(r"(?:toast\.)?autovacuum")


class Whose(Enum):
    """To whom a row belongs. NEIGHBOUR: another ledger of the database; ALL: database or cluster.

    SESSION: a temporary table, which goes with its session, and the namespace that the server keeps for more.
    """

    SERVER = "server"
    OURS = "ledger"
    NEIGHBOUR = "another ledger"
    SITE = "site"
    SESSION = "session"
    ALL = "all"


class Naming:
    """Names, owners and contents of rows. `names`: of the ledger; `neighbours`: namespaces of other ones."""

    def __init__(
        self, server: Server, names: Names, neighbours: frozenset[str] = frozenset()
    ) -> None:
        self._server = server
        self._neighbours = neighbours
        self._names = names
        self.ledger = " ".join(names.spaces)
        self._memo: dict[tuple[str, str], str] = {}
        self._whose: dict[tuple[str, str], Whose] = {}
        self._readers: dict[tuple[str, str], Callable[[Row], str]] = {}
        self._cells = {name: self._columns(name, its) for name, its in server.tables.items()}

    @cached_property
    def _by_number(self) -> Mapping[str, Mapping[str | None, Row]]:
        tables = self._server.tables.items()
        return {n: {row[0]: row for row in t.rows} for n, t in tables if "oid" in t.columns}

    @cached_property
    def owner(self) -> str | None:
        """The role that owns the namespace of the events, and must own the rest: none of the ledger's."""
        spaces, roles = self._server.tables["pg_namespace"], self._server.tables["pg_authid"]
        for row in spaces.rows:
            if self._names.spaces.get(f"{row[spaces.columns['nspname']]}") == "events":
                role = self._by_number["pg_authid"].get(row[spaces.columns["nspowner"]])
                name = role[roles.columns["rolname"]] if role else None
                return None if name in self._names.roles else name
        return None

    @cached_property
    def _toast(self) -> Mapping[str | None, str]:
        """Tables by the number of their TOAST table, which keeps large values, and of its index."""
        table, index = self._server.tables["pg_class"], self._server.tables["pg_index"]
        place, relid, of = (
            table.columns["reltoastrelid"],
            *map(index.columns.get, ("indexrelid", "indrelid")),
        )
        found = {row[place]: f"{row[0]}" for row in table.rows if row[place] not in _NOTHING}
        for row in index.rows:
            if row[of] in found:  # type: ignore[index]
                found[row[relid]] = found[row[of]]  # type: ignore[index]
        return found

    @cached_property
    def _indexes(self) -> Mapping[str | None, Row]:
        index = self._server.tables["pg_index"]
        return {row[index.columns["indexrelid"]]: row for row in index.rows}

    @cached_property
    def _attributes(self) -> Mapping[tuple[str | None, str | None], str]:
        its = self._server.tables["pg_attribute"]
        relation, number, name = (its.columns[c] for c in ("attrelid", "attnum", "attname"))
        return {(row[relation], row[number]): f"{row[name]}" for row in its.rows}

    # Names

    def name(self, table: str, number: str | None) -> str:
        """The name of the object with a number; the number itself without a known name."""
        if number in _NOTHING:
            return "-"
        key = (table, f"{number}")
        if key not in self._memo:
            self._memo[key] = f"?{number}"  # what refers to itself in a circle has no name
            self._memo[key] = self._name(table, f"{number}")
        return self._memo[key]

    def _name(self, table: str, number: str) -> str:
        row = self._by_number.get(table, {}).get(number)
        if table == "pg_class" and number in self._toast:
            part = "index of what is large in" if number in self._indexes else "what is large in"
            return f"{part} {self.name(table, self._toast[number])}"
        if row is None:
            return f"?{number}"
        if table == "pg_authid":
            return self.role(f"{row[self._server.tables[table].columns['rolname']]}")
        if table == "pg_class" and number in self._indexes and self.whose(table, row) is Whose.OURS:
            return self._index(number)
        return self.called(table, row)

    def _index(self, number: str) -> str:
        """An index of ours, named by its table and columns: the server chooses and cuts off its own name."""
        table, row = self._server.tables["pg_index"], self._indexes[number]
        on = row[table.columns["indrelid"]]
        its = [self._attributes.get((on, n), n) for n in f"{row[table.columns['indkey']]}".split()]
        return f"index of {self.name('pg_class', on)} on {' '.join(its)}"

    def called(self, table: str, row: Row) -> str:
        """The name of a row, by what names it."""
        its = self._server.tables[table]
        named = [column for column in catalogues()[table].named if column in its.columns]
        parts = [self._cell(table, row, column).replace("\n", " ") for column in named]
        if table == "pg_cast":
            return " as ".join(parts)
        if table == "pg_proc":
            return f"{parts[0]}.{parts[1]}({parts[2].replace(' ', ', ')})"
        return ".".join(parts)

    def role(self, plain: str) -> str:
        """A role: of the ledger, its owner, the first superuser, or its name."""
        if plain in self._names.roles:
            return f"{{{self._names.roles[plain]}}}"
        if plain == self._superuser:
            return _SUPERUSERS
        return "{owner}" if plain == self.owner else plain

    @cached_property
    def _superuser(self) -> str | None:
        row = self._by_number["pg_authid"].get(_SUPERUSER)
        return row[self._server.tables["pg_authid"].columns["rolname"]] if row else None

    # Owners

    def whose(self, table: str, row: Row) -> Whose:
        """To whom a row belongs."""
        if table == "pg_namespace":
            return self._whose_space(row)
        if table == "pg_class" and row[0] in self._toast:
            return self._whose_number(table, self._toast[row[0]])
        within = [self._owner_by(table, row, column) for column in catalogues()[table].within]
        for whose in (Whose.SITE, Whose.OURS, Whose.NEIGHBOUR, Whose.SESSION, Whose.SERVER):
            if whose in within:
                lasting = whose is Whose.SESSION and not self._is_temporary(table, row)
                return Whose.SITE if lasting else whose
        return Whose.ALL

    def _is_temporary(self, table: str, row: Row) -> bool:
        """Whether a row in a namespace of a session is part of a table that goes with the session."""
        if table == "pg_class":
            return row[self._server.tables[table].columns["relpersistence"]] == "t"
        return table in _OF_TEMPORARY

    def _owner_by(self, table: str, row: Row, column: str) -> Whose:
        number = row[self._server.tables[table].columns[column]]
        if number in _NOTHING:
            return Whose.ALL
        if column in _OBJECTS:
            return self._whose_number(self._class(table, row, column), f"{number}")
        return self._whose_number(self._server.references[table][column].table, f"{number}")

    def _whose_number(self, table: str, number: str) -> Whose:
        key = (table, number)
        if key not in self._whose:
            self._whose[key] = Whose.SERVER  # a number that leads nowhere is not the site's
            row = self._by_number.get(table, {}).get(number)
            if row is not None:
                self._whose[key] = self.whose(table, row)
            elif table in catalogues() and catalogues()[table].left_out:
                self._whose[key] = Whose.ALL
        return self._whose[key]

    def _whose_space(self, row: Row) -> Whose:
        its = self._server.tables["pg_namespace"].columns
        name = f"{row[its['nspname']]}"
        if name in _SERVER_SPACES:
            return Whose.SERVER
        if _SESSION_SPACE.fullmatch(name):
            as_made = (row[its["nspowner"]], row[its["nspacl"]]) == (_SUPERUSER, None)
            return Whose.SESSION if as_made else Whose.SITE
        if name in self._names.spaces:
            return Whose.OURS
        return Whose.NEIGHBOUR if name in self._neighbours else Whose.SITE

    def is_old(self, table: str, row: Row) -> bool:
        """Whether a row came with the cluster, as far as its number tells."""
        its, known = self._server.tables[table], catalogues()[table]
        columns = ["oid"] if "oid" in its.columns else [c for c in known.named if c in its.columns]
        cells = [row[its.columns[column]] or "0" for column in columns]
        return all(not cell.isdigit() or int(cell) < FIRST_OF_SITE for cell in cells)

    def is_of_system(self, table: str, row: Row) -> bool:
        """Whether a row is a collation that the operating system has, which no two systems have alike."""
        if table != "pg_collation" or not _FIRST_CHOSEN <= int(row[0] or 0) < FIRST_OF_SITE:
            return False
        return row[self._server.tables[table].columns["collprovider"]] in {"c", "i"}

    def lends_rights(self, table: str, row: Row) -> bool:
        """Whether a row is a function that does what its owner may, and the owner may read the ledger."""
        its = self._server.tables[table].columns
        if table != "pg_proc" or row[its["prosecdef"]] != "t":
            return False
        return row[its["proowner"]] in self._mighty

    def gives_power(self, table: str, row: Row) -> bool:
        """Whether a row is a login of the site that may do more than log in, or takes a role of the server.

        The ledger's roles follow a rule of their own, and its owner may make roles, as `ledger init` does.
        """
        its = self._server.tables[table].columns
        if table == "pg_auth_members":
            return int(row[its["roleid"]] or 0) < FIRST_OF_SITE
        if table != "pg_authid" or (name := row[its["rolname"]]) in self._names.roles:
            return False
        more = _POWERS - ({"rolcreaterole"} if name == self.owner else set())
        return any(row[its[power]] == "t" for power in more)

    @cached_property
    def _mighty(self) -> set[str | None]:
        """Superusers, owner, the ledger's roles, and who can take one of them, or a role that reads all."""
        roles, members = (self._server.tables[name] for name in ("pg_authid", "pg_auth_members"))
        name, might = (roles.columns[column] for column in ("rolname", "rolsuper"))
        ours = {self.owner, *self._names.roles, *_READING}
        found = {row[0] for row in roles.rows if row[might] == "t" or row[name] in ours}
        role, member = (members.columns[column] for column in ("roleid", "member"))
        while more := {row[member] for row in members.rows if row[role] in found} - found:
            found |= more
        return found

    def reaches(self, table: str, row: Row) -> str | None:
        """The object of the ledger that a row refers to, if it does."""
        for column in (*self._server.references.get(table, {}), "refobjid"):
            its = self._server.tables[table].columns
            if column not in its or row[its[column]] in _NOTHING:
                continue
            target = self._target(table, row, column)
            if target and target != "pg_authid":
                for number in _numbers(row[its[column]]):
                    if self._whose_number(target, number) is Whose.OURS:
                        return self.name(target, number)
        return None

    def _target(self, table: str, row: Row, column: str) -> str | None:
        if column in _OBJECTS:
            return self._class(table, row, column)
        reference = self._server.references[table][column]
        return None if reference.with_ else reference.table

    def _class(self, table: str, row: Row, column: str) -> str:
        number = row[self._server.tables[table].columns[_OBJECTS[column]]]
        its = self._server.tables["pg_class"]
        found = self._by_number["pg_class"].get(number)
        return f"{found[its.columns['relname']]}" if found else ""

    # Contents

    def own_name(self, table: str, row: Row) -> str:
        """The object that a row is compared with, as part of it."""
        of = catalogues()[table].of
        if of and row[self._server.tables[table].columns[of]] not in _NOTHING:
            return self._cell(table, row, of)
        return self.name(table, row[0]) if table == "pg_class" else self.called(table, row)

    def part_of(self, table: str, row: Row) -> str:
        """The name of the object that a row is part of, with the names of the ledger in braces."""
        return self.plain(self.own_name(table, row))

    def plain(self, text: str) -> str:
        """A text with the names of the ledger in braces, the two colours of a view alike."""
        text = self._names.plain(text)
        return _COLOUR.sub("_{colour}", text) if "{views}" in text else text

    def content(self, table: str, row: Row) -> str:
        """Everything that is compared of a row."""
        text = "\t".join([cell(row) for cell in self._cells[table]])
        whose = self.whose(table, row)
        if whose is not Whose.OURS:
            low = "oid" in self._server.tables[table].columns and int(row[0] or 0) < _FIRST_CHOSEN
            return f"{row[0]}\t{text}" if low else text
        if self.owner == self._superuser:
            text = text.replace(_SUPERUSERS, "{owner}")
        return _COLOUR.sub("_{colour}", self._names.plain(text))

    def _columns(self, name: str, table: Table) -> list[Callable[[Row], str]]:
        passing = catalogues()[name].passing
        wanted = [c for c in table.columns if c not in passing and c != "oid"]
        made = [self._reader(name, column) for column in wanted]
        if name == "pg_class":
            made.append(lambda row: self.name(name, row[0]))
            made.append(lambda row: _options(row[table.columns["reloptions"]]))
        return made

    def _cell(self, table: str, row: Row, column: str) -> str:
        key = (table, column)
        if key not in self._readers:
            self._readers[key] = self._reader(table, column)
        return self._readers[key](row)

    def _reader(self, table: str, column: str) -> Callable[[Row], str]:
        """How a column is read: by the names of the objects that it refers to."""
        its = self._server.tables[table]
        place, type = its.columns[column], its.types[its.columns[column]]
        if reference := self._server.references.get(table, {}).get(column):
            return self._referring(its, place, reference)
        if column in _OBJECTS:
            return lambda row: (
                f"{(c := self._class(table, row, column))} {self.name(c, row[place])}"
            )
        if column in _PARTS and _PARTS[column] in its.columns:
            of = its.columns[_PARTS[column]]
            return lambda row: self._attributes.get((row[of], row[place]), f"{row[place]}")
        if type == "aclitem[]":
            return lambda row: self._rights(row[place])
        if type == "pg_node_tree":
            return lambda row: self._tree(row[place])
        return lambda row: "\\N" if row[place] is None else f"{row[place]}"

    def _referring(self, its: Table, place: int, reference: Reference) -> Callable[[Row], str]:
        if reference.with_:
            of, columns = its.columns[reference.with_], self._attributes
            return lambda row: " ".join(columns.get((row[of], n), n) for n in _numbers(row[place]))
        if reference.several:
            return lambda row: " ".join(self.name(reference.table, n) for n in _numbers(row[place]))
        return lambda row: self.name(reference.table, row[place])

    def _rights(self, cell: str | None) -> str:
        """Rights in the order of their holders, with names of roles."""
        if cell is None:
            return "\\N"
        rights = []
        for item in _ITEM.findall(cell[1:-1]):
            to, _, rest = _unquoted(item).partition("=")
            right, _, by = rest.rpartition("/")
            rights.append(f"{self.role(_unquoted(to))}={right}/{self.role(_unquoted(by))}")
        return ",".join(sorted(rights, key=lambda right: right.replace(_SUPERUSERS, "{owner}")))

    def _tree(self, cell: str | None) -> str:
        """An expression, without the places where it was written, with names for numbers that differ."""
        return "\\N" if cell is None else _NUMBERS.sub(self._number, _PLACES.sub("", cell))

    def _number(self, found: re.Match[str]) -> str:
        field, number, several = found.groups()
        if several is not None:
            return f"(o {' '.join(map(self._any, several.split()))})"
        for pattern, table in _FIELDS:
            if int(number) >= _FIRST_CHOSEN and pattern.search(field):
                return f":{field} {self.name(table, number)}"
        return found[0]

    def _any(self, number: str) -> str:
        """A number of a list, which may be that of a type, a table or a collation."""
        if int(number) >= _FIRST_CHOSEN:
            for table in ("pg_type", "pg_class", "pg_collation"):
                if number in self._by_number[table]:
                    return self.name(table, number)
        return number


def _numbers(cell: str | None) -> list[str]:
    return [] if cell is None else cell.strip("{}").replace(",", " ").split()


def _options(cell: str | None) -> str:
    return ",".join(
        o for o in sorted((cell or "{}")[1:-1].split(",")) if o and not _VACUUM.match(o)
    )


def _unquoted(text: str) -> str:
    """A part of an array, or the name of a role in a right, without quotes; as COPY writes it."""
    text = text.replace("\\\\", "\\")
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1].replace('\\"', '"')
    return text
