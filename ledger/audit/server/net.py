"""What the server has and no fresh installation explains: each object whose rows in the catalogue differ."""

import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from ledger.audit.naming import Names
from ledger.audit.server.fingerprint import (
    FOLLOWED,
    INSTALLED,
    ORDERS,
    SERVER,
    Fingerprint,
    How,
    Key,
    differences,
    fingerprint,
    hash_of,
)
from ledger.audit.server.names import Naming, Whose
from ledger.audit.server.rows import FIRST_OF_SITE, Row, Server, catalogues, is_low, read_server
from ledger.names import LedgerName
from ledger.storage.postgres import Session

_WORDS = {
    "pg_proc": "function",
    "pg_class": "table",
    "pg_type": "type",
    "pg_operator": "operator",
    "pg_cast": "cast",
    "pg_opclass": "operator class",
    "pg_event_trigger": "event trigger",
    "pg_collation": "collation",
    "pg_conversion": "conversion",
    "pg_namespace": "namespace",
    "pg_language": "language",
    "pg_attribute": "columns of",
    "pg_authid": "role",
}
# What is added to these may run in a statement of the audit.
_RUN = {"pg_proc", "pg_operator", "pg_cast", "pg_type", "pg_event_trigger", "pg_aggregate"}
_RIGHTS = {"pg_parameter_acl", "pg_auth_members", "pg_init_privs", "pg_authid"}


_HIDDEN = "passwords of roles, statistics and large objects: the server shows them to no reader"


def _unheard_of(table: str) -> str:
    return f"the program does not know the server's table {table}"


def _reaches(what: str, into: str) -> str:
    return f"{what} of the site reaches into {into}"


def _lends(function: str) -> str:
    return f"function {function} of the site does what its owner may, who may read the ledger"


def _unknown(version: int) -> str:
    return (
        f"this program has no fresh catalogue of PostgreSQL {version} to compare the server's own with: "
        "it looked only for what was added to it"
    )


def _trusted(extensions: str) -> str:
    return f"extensions that the site installed are trusted: {extensions}"


def _forbidden(columns: str) -> str:
    return f"the server does not let this login read: {columns}"


class Difference(msgspec.Struct, frozen=True):
    """An object that differs. `name`: of the object in words of the ledger; `kind`: of the finding."""

    name: str
    kind: str
    detail: str


class Told(msgspec.Struct):
    """What came of it. `ours`: of the ledger's own objects; others are of the server and the site.

    `version`: the major version; `known`: whether the program has a fingerprint of it. `release`,
    `identifier`: what the server says of itself. `runs`: whether something was added that a statement may
    run. `extensions`: those of the site. `hidden`: columns that no reader sees.
    """

    version: int
    known: bool
    release: str
    identifier: str
    others: list[Difference] = []
    ours: list[Difference] = []
    runs: bool = False
    extensions: list[str] = []
    hidden: list[str] = []

    @property
    def unchecked(self) -> tuple[str, ...]:
        """What was not looked at, in words."""
        said = [_HIDDEN]
        if not self.known:
            said.append(_unknown(self.version))
        if self.extensions:
            said.append(_trusted(", ".join(self.extensions)))
        if self.hidden:
            said.append(_forbidden(", ".join(self.hidden)))
        return tuple(said)


def look_at_server(session: Session, names: Names) -> Told:
    """Compare every table of the catalogue, in the caller's snapshot."""
    ((version,),) = session.rows("server_version")
    release, identifier = session.row("server_identity") or ("", "")
    server = read_server(session)
    naming = Naming(server, names)
    known = fingerprint(version)
    told = Told(version, known is not None, release, identifier)
    told.extensions, told.hidden = _extensions(server), server.hidden
    for table in server.unknown:
        told.others.append(Difference(table, "catalogue", _unheard_of(table)))
    sorted_rows = _All(server, naming)
    told.others += sorted_rows.reaching
    told.others += _lending(sorted_rows.lending, server, naming, known)
    if known:
        found, expected = sorted_rows.hashed(Whose.SERVER), known.of(SERVER)
        told.others += _server(differences(expected, found), version)
        told.runs = any(key[0] in _RUN for key in found.keys() - expected.keys())
        ours = sorted_rows.hashed(Whose.OURS)
        told.ours += _ours(differences(_expected(known, ours), ours), names)
    else:
        added = sorted_rows.added
        told.others += _server([(key, "added") for key in sorted(added)], version)
        told.runs = any(key[0] in _RUN for key in added)
    return told


def hashes_of(session: Session, names: Names) -> tuple[Mapping[Key, str], Mapping[Key, str]]:
    """Hashes of the server's objects, and of the ledger's, as a fingerprint has them."""
    server = read_server(session)
    its = _All(server, Naming(server, names))
    return its.hashed(Whose.SERVER), its.hashed(Whose.OURS)


class _Sorted:
    """Some rows by whose they are: contents by object.

    `reaching`, `lending`: objects of the site that refer to the ledger's, and functions that lend the rights
    of who may read it. `added`: those of the server that came later.
    """

    def __init__(self, server: Server, naming: Naming, *, low: bool) -> None:
        self.contents: dict[Whose, dict[Key, list[str]]] = {Whose.SERVER: {}, Whose.OURS: {}}
        self.reaching: list[Difference] = []
        self.lending: list[tuple[str, Row]] = []
        self.added: set[Key] = set()
        self._naming = naming
        self._members = _members(server)
        for table, its in server.tables.items():
            for row in its.rows:
                if is_low(row) is low:
                    self._sort(table, row, naming.whose(table, row))
        its_contents = self.contents.items()
        self.hashes = {w: {key: hash_of(c) for key, c in of.items()} for w, of in its_contents}

    def _sort(self, table: str, row: Row, whose: Whose) -> None:
        naming, is_old = self._naming, self._naming.is_old(table, row)
        if whose is Whose.SITE:
            self._look_at_site(table, row)
            return
        if whose is not Whose.OURS and not is_old:
            if self._may_be_added(table, row, whose):
                return
            self.added.add((table, naming.part_of(table, row)))
        if naming.is_of_system(table, row):
            return
        mine = self.contents[Whose.OURS if whose is Whose.OURS else Whose.SERVER]
        own = naming.own_name(table, row)
        mine.setdefault((table, own), []).append(naming.content(table, row))

    def _look_at_site(self, table: str, row: Row) -> None:
        """What the site has must not reach into the ledger."""
        naming = self._naming
        name = naming.part_of(table, row)
        if reached := naming.reaches(table, row):
            detail = _reaches(f"{_word(table)} {name}", naming.plain(reached))
            self.reaching.append(Difference(name, "catalogue", detail))
        elif naming.lends_rights(table, row) and not self._is_of_site(table, row):
            self.lending.append((table, row))

    def _may_be_added(self, table: str, row: Row, whose: Whose) -> bool:
        if whose is Whose.ALL and catalogues()[table].added:
            return True
        return self._naming.is_of_system(table, row) or self._is_of_site(table, row)

    def _is_of_site(self, table: str, row: Row) -> bool:
        """Whether a row is part of an extension that the site installed."""
        return (table, row[0]) in self._members


_LOW: dict[tuple[bytes, str, str | None], _Sorted] = {}
"""Rows with low numbers as they were sorted last: one process audits several ledgers of one server."""


class _All:
    """All rows, sorted."""

    def __init__(self, server: Server, naming: Naming) -> None:
        key = (server.low, naming.ledger, naming.owner)
        if key not in _LOW:
            _LOW.clear()
            _LOW[key] = _Sorted(server, naming, low=True)
        self._naming = naming
        self._low, self._high = _LOW[key], _Sorted(server, naming, low=False)
        self.reaching = self._low.reaching + self._high.reaching
        self.lending = self._low.lending + self._high.lending
        self.added = self._low.added | self._high.added

    def hashed(self, whose: Whose) -> dict[Key, str]:
        """The hash of each object."""
        low, high = self._low.contents[whose], self._high.contents[whose]
        both = {key: hash_of(low[key] + high[key]) for key in low.keys() & high.keys()}
        hashed: dict[Key, str] = {}
        for (table, own), one in (
            self._low.hashes[whose] | self._high.hashes[whose] | both
        ).items():
            key = (table, self._naming.plain(own))
            # The two colours of a view are alike; where they are not, the name says so.
            while hashed.get(key, one) != one:
                key = (table, f"{key[1]} again")
            hashed[key] = one
        return hashed


def _members(server: Server) -> set[Key]:
    """Objects that are part of an extension that the site installed."""
    its, classes = server.tables["pg_depend"], server.tables["pg_class"]
    names = {row[0]: row[classes.columns["relname"]] for row in classes.rows}
    of, by, kind, object, extension = (
        its.columns[c] for c in ("classid", "refclassid", "deptype", "objid", "refobjid")
    )
    return {
        (f"{names.get(row[of])}", f"{row[object]}")
        for row in its.rows
        if row[kind] == "e" and names.get(row[by]) == "pg_extension"
        if int(row[extension] or 0) >= FIRST_OF_SITE
    }


def _extensions(server: Server) -> list[str]:
    """Extensions that the site installed: they are trusted."""
    its = server.tables["pg_extension"]
    rows = (row for row in its.rows if int(row[0] or 0) >= FIRST_OF_SITE)
    return sorted(f"{row[its.columns['extname']]}" for row in rows)


def _expected(known: Fingerprint, ours: Mapping[Key, str]) -> dict[Key, set[str]]:
    """What a ledger must have: tables of views come with the first projector, or are those of orders too."""
    tables = [stage for stage in (FOLLOWED, ORDERS) if _any_table(known, stage, ours)]
    expected = known.of(INSTALLED, *tables)
    if ORDERS in tables:  # such a ledger has all
        return known.of(INSTALLED, FOLLOWED, ORDERS)
    return expected


def _any_table(known: Fingerprint, stage: str, ours: Mapping[Key, str]) -> bool:
    keys = known.of(stage).keys() - known.of(INSTALLED).keys()
    return any(key in ours for key in keys if key[0] == "pg_class")


def _word(table: str) -> str:
    return _WORDS.get(table, f"{table}:")


def _server(found: Iterable[tuple[Key, How]], version: int) -> Iterator[Difference]:
    for (table, name), how in found:
        kind = "grant" if table in _RIGHTS else "catalogue"
        yield Difference(name, kind, _differs(f"server {_word(table)} {name}", how, version))


def _ours(found: Iterable[tuple[Key, How]], names: Names) -> Iterator[Difference]:
    for (table, name), how in found:
        kind = "grant" if table in _RIGHTS else "catalogue"
        yield Difference(names.own(name), kind, _differs(f"{_word(table)} {name}", how))


def _differs(what: str, how: How, version: int | None = None) -> str:
    if how == "missing":
        return f"{what} is missing"
    if how == "added":
        return f"{what} was added"
    return (
        f"{what} is not that of PostgreSQL {version}"
        if version
        else f"{what} is not as it was made"
    )


_OF_A_LEDGER = re.compile(r"ledger_([a-z][a-z0-9]{0,30})(?:_keys|_views)?")


def _lending(
    found: Iterable[tuple[str, Row]], server: Server, naming: Naming, known: Fingerprint | None
) -> Iterator[Difference]:
    """Functions that lend rights of who may read the ledger, but those that another ledger is made with."""
    namings: dict[str, Naming] = {}
    for table, row in found:
        other = _OF_A_LEDGER.fullmatch(naming.space(table, row))
        if other and known:
            name = other[1]
            its = namings.setdefault(name, Naming(server, Names(LedgerName(name))))
            key, made = (table, its.part_of(table, row)), hash_of([its.content(table, row)])
            if made in known.of(INSTALLED).get(key, ()):
                continue
        name = naming.part_of(table, row)
        yield Difference(name, "catalogue", _lends(name))
