"""The objects of a server that no fresh installation explains: each object whose rows in the catalogue
differ.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

import msgspec

from ledger.audit.naming import Names
from ledger.audit.server.fingerprint import (
    FOLLOWED,
    INSTALLED,
    LATER,
    ORDERS,
    SERVER,
    SITE,
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
    "pg_extension": "extension",
    "pg_publication": "publication",
    "pg_subscription": "subscription",
    "pg_foreign_data_wrapper": "foreign-data wrapper",
    "pg_foreign_server": "foreign server",
    "pg_user_mapping": "user mapping",
    "pg_tablespace": "tablespace",
    "pg_largeobject_metadata": "large object",
    "pg_default_acl": "default rights",
    "pg_replication_origin": "replication origin",
    "pg_attribute": "columns of",
    "pg_authid": "role",
}
# An object that somebody added to these tables may run in a statement of the audit.
_RUN = {"pg_proc", "pg_operator", "pg_cast", "pg_type", "pg_event_trigger", "pg_aggregate"}
_RIGHTS = {"pg_parameter_acl", "pg_auth_members", "pg_init_privs", "pg_authid", "pg_default_acl"}

_HIDDEN = (
    "passwords of roles, statistics, contents of large objects, and settings that the server shows to no "
    "reader; and the other databases of the server"
)


def _unheard_of(table: str) -> str:
    return f"the program does not know the server's table {table}"


def _reaches(what: str, into: str) -> str:
    return f"{what} of the site reaches into {into}"


def _of_site(what: str) -> str:
    return f"{what} of the site is in no fresh server and in no baseline"


def _full(namespace: str, size: int) -> str:
    return f"namespace {namespace} of the site, with {size} objects, is in no fresh server and in no baseline"


def _neighbour(what: str) -> str:
    return f"{what} is none of what that ledger was made with"


def _neighbours(ledgers: str) -> str:
    return f"other ledgers of this database have audits of their own: {ledgers}"


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
    """An object that differs. `name`: of the object in words of the ledger; `kind`: of the finding.

    `mark`: a hash of the present object, which a baseline may accept. `runs`: a statement may run it.
    """

    name: str
    kind: str
    detail: str
    mark: str = ""
    runs: bool = False


class Told(msgspec.Struct):
    """The result of the comparison.

    `ours`: differences in the ledger's own objects; `others`: in the server and the site.

    `version`: the major version; `known`: whether the program has a fingerprint of it. `release`,
    `identifier`: the server's own words. `runs`: whether something was added that a statement may run.
    `extensions`: those of the site. `neighbours`: other ledgers. `hidden`: columns that no reader sees.
    """

    version: int
    known: bool
    release: str
    identifier: str
    others: list[Difference] = []
    ours: list[Difference] = []
    runs: bool = False
    extensions: list[str] = []
    neighbours: list[str] = []
    hidden: list[str] = []

    @property
    def unchecked(self) -> tuple[str, ...]:
        """The parts that were not checked, in words."""
        said = [_HIDDEN]
        if not self.known:
            said.append(_unknown(self.version))
        if self.extensions:
            said.append(_trusted(", ".join(self.extensions)))
        if self.neighbours:
            said.append(_neighbours(", ".join(self.neighbours)))
        if self.hidden:
            said.append(_forbidden(", ".join(self.hidden)))
        return tuple(said)


def look_at_server(session: Session, names: Names) -> Told:
    """Compare every table of the catalogue, in the caller's snapshot."""
    ((version,),) = session.rows("server_version")
    release, identifier = session.row("server_identity") or ("", "")
    server = read_server(session)
    known = fingerprint(version)
    told = Told(version, known is not None, release, identifier)
    told.extensions, told.hidden = _extensions(server), server.hidden
    for table in server.unknown:
        told.others.append(Difference(table, "catalogue", _unheard_of(table)))
    neighbours = _other_ledgers(server, names) if known else {}
    told.neighbours = sorted(neighbours)
    spaces = frozenset(space for one in neighbours.values() for space in one.spaces)
    every_row = _All(server, Naming(server, names, spaces))
    told.others += every_row.reaching + every_row.lending
    if known:
        _compare(told, every_row, known, names)
        for other in neighbours.values():
            told.others += _of_neighbour(server, other, known)
        return told
    _look_at_added(told, every_row)
    return told


def _look_at_added(told: Told, every_row: "_All") -> None:
    """Note the objects that were added to a server of a version without a fingerprint."""
    found, of_site = every_row.hashed(Whose.SERVER), every_row.hashed(Whose.SITE)
    added: list[tuple[Key, How]] = [(key, "added") for key in sorted(every_row.added)]
    told.others += _server(added, found, told.version)
    # The namespace `public` comes with each database.
    own = {key: hashed for key, hashed in of_site.items() if _PART.sub("", key[1]) != "public"}
    told.others += _site(own)


def _compare(told: Told, every_row: "_All", known: Fingerprint, names: Names) -> None:
    """All rows, compared with those of a fresh server and a fresh ledger."""
    found, ours = every_row.hashed(Whose.SERVER), every_row.hashed(Whose.OURS)
    later = known.of(LATER)
    its = {key: hashed for key, hashed in found.items() if hashed not in later.get(key, ())}
    told.others += _server(differences(known.of(SERVER), its), found, told.version)
    told.ours += _ours(differences(_expected(known, ours), ours), names)
    fresh, of_site = known.of(SITE), every_row.hashed(Whose.SITE)
    told.others += _site({k: h for k, h in of_site.items() if h not in fresh.get(k, ())})


def hashes_of(session: Session, names: Names) -> tuple[Mapping[Key, str], ...]:
    """Hashes of objects of the server, of the site and of the ledger, as a fingerprint has them."""
    server = read_server(session)
    its = _All(server, Naming(server, names))
    return its.hashed(Whose.SERVER), its.hashed(Whose.SITE), its.hashed(Whose.OURS)


class _Sorted:
    """Some rows by whose they are: contents by object.

    `reaching`, `lending`: objects of the site that refer to the ledger's, and functions that lend the rights
    of a role that may read it. `added`: those of the server that came later.
    """

    def __init__(self, server: Server, naming: Naming, *, low: bool) -> None:
        kept = (Whose.SERVER, Whose.OURS, Whose.SITE)
        self.contents: dict[Whose, dict[Key, list[str]]] = {whose: {} for whose in kept}
        self.reaching: list[Difference] = []
        self.lending: list[Difference] = []
        self.added: set[Key] = set()
        self._naming = naming
        for table, its in server.tables.items():
            for row in its.rows:
                if is_low(row) is low:
                    self._sort(table, row, naming.whose(table, row))
        its_contents = self.contents.items()
        self.hashes = {w: {key: hash_of(c) for key, c in of.items()} for w, of in its_contents}

    def _sort(self, table: str, row: Row, whose: Whose) -> None:
        naming = self._naming
        if whose in {Whose.SITE, Whose.NEIGHBOUR, Whose.SESSION}:
            self._look_at_others(table, row, whose)
        if whose in {Whose.NEIGHBOUR, Whose.SESSION}:
            return
        if whose in {Whose.SERVER, Whose.ALL} and not naming.is_old(table, row):
            if self._may_be_added(table, row, whose):
                return
            self.added.add((table, naming.part_of(table, row)))
        if naming.is_of_system(table, row):
            return
        mine = self.contents[Whose.SERVER if whose is Whose.ALL else whose]
        own = naming.own_name(table, row)
        mine.setdefault((table, own), []).append(naming.content(table, row))

    def _look_at_others(self, table: str, row: Row, whose: Whose) -> None:
        """Note objects of others that reach into the ledger, or lend rights on it."""
        naming = self._naming
        name, mark = naming.part_of(table, row), hash_of([naming.content(table, row)])
        if reached := naming.reaches(table, row):
            detail = _reaches(f"{_word(table)} {name}", naming.plain(reached))
            self.reaching.append(Difference(name, "catalogue", detail, mark))
        elif whose is Whose.SITE and naming.lends_rights(table, row):
            self.lending.append(Difference(name, "catalogue", _lends(name), mark))

    def _may_be_added(self, table: str, row: Row, whose: Whose) -> bool:
        if self._naming.is_of_system(table, row):
            return True
        return bool(
            whose is Whose.ALL
            and catalogues()[table].added
            and not self._naming.gives_power(table, row)
        )


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


def _extensions(server: Server) -> list[str]:
    """Extensions that the site installed: they are trusted."""
    its = server.tables["pg_extension"]
    rows = (row for row in its.rows if int(row[0] or 0) >= FIRST_OF_SITE)
    return sorted(f"{row[its.columns['extname']]}" for row in rows)


def _expected(known: Fingerprint, ours: Mapping[Key, str]) -> dict[Key, set[str]]:
    """The objects that a ledger must have.

    Tables of views come with the first projector, and may include those of orders.
    """
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


def _server(
    differing: Iterable[tuple[Key, How]], found: Mapping[Key, str], version: int
) -> Iterator[Difference]:
    for key, how in differing:
        table, name = key
        kind = "grant" if table in _RIGHTS else "catalogue"
        detail = _differs(f"server {_word(table)} {name}", how, version)
        runs = table in _RUN and how == "added"
        yield Difference(name, kind, detail, found.get(key, ""), runs)


_PART = re.compile(r"^(?:pg_\w+ )?(?:(?:index of )?what is large in )?(?=\S)")


def _site(found: Mapping[Key, str]) -> Iterator[Difference]:
    """The objects of the site, a difference for each; one for a namespace of its own and all in it."""
    objects = _by_object(found)
    spaces = {name for table, name in found if table == "pg_namespace"} - {"public"}
    inside: dict[str, list[str]] = {space: [] for space in spaces}
    for name, parts in objects.items():
        space = _space_of(name, spaces)
        mark = hash_of([name, *(f"{part}" for part in parts)])
        if space is not None:
            inside[space].append(mark)
        else:
            table, _ = min(parts, key=_telling)
            kind = "grant" if table in _RIGHTS else "catalogue"
            yield Difference(name, kind, _of_site(f"{_word(table)} {name}"), mark)
    for space, marks in sorted(inside.items()):
        yield Difference(space, "catalogue", _full(space, len(marks) - 1), hash_of(marks))


def _space_of(name: str, spaces: Collection[str]) -> str | None:
    return next((one for one in spaces if name == one or name.startswith(f"{one}.")), None)


def _by_object(found: Mapping[Key, str]) -> dict[str, list[tuple[str, str]]]:
    """Tables of the catalogue that have rows of an object, with their hashes, by its name."""
    objects: dict[str, list[tuple[str, str]]] = {}
    for (table, name), hashed in sorted(found.items()):
        objects.setdefault(_PART.sub("", name), []).append((table, hashed))
    return objects


def _telling(part: tuple[str, str]) -> tuple[bool, int]:
    """Which table of the catalogue says best what an object is."""
    table, _ = part
    order = list(_WORDS)
    return table not in _WORDS, order.index(table) if table in _WORDS else 0


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


_OF_A_LEDGER = re.compile(r"ledger_([a-z][a-z0-9]{0,30})")


def _other_ledgers(server: Server, names: Names) -> dict[str, Names]:
    """Other ledgers of the database, by name, as their namespace of events says."""
    its = server.tables["pg_namespace"]
    spaces = [f"{row[its.columns['nspname']]}" for row in its.rows]
    found = [match[1] for space in spaces if (match := _OF_A_LEDGER.fullmatch(space))]
    others = {name: Names(LedgerName(name)) for name in found}
    return {name: other for name, other in others.items() if other.spaces != names.spaces}


def _of_neighbour(server: Server, names: Names, known: Fingerprint) -> Iterator[Difference]:
    """Objects of another ledger that were not made with it. Its own audit reports missing ones."""
    hashed = _Sorted(server, Naming(server, names), low=False).hashes[Whose.OURS]
    naming = Naming(server, names)
    made = known.of(INSTALLED, FOLLOWED, ORDERS)
    for (table, own), mark in sorted(hashed.items()):
        name = naming.plain(own)
        if mark not in made.get((table, name), ()):
            there = names.own(f"{_word(table)} {name}")
            yield Difference(names.own(name), "catalogue", _neighbour(there), mark)
