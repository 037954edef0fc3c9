"""The database's catalogue against the migrations: tables, columns, triggers, functions, rights.

`catalogue.txt` lists the facts of a fresh installation, one a line, written by `make documents`. Names of one
ledger stand in it in braces, so that it fits every ledger. Objects of the site, such as its logins, are not
in it and follow a rule instead (`check_memberships`).
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from ledger.audit.findings import Findings
from ledger.audit.naming import Names
from ledger.audit.server.net import Told, look_at_server
from ledger.errors import LedgerError
from ledger.names import ROLES, LedgerName
from ledger.storage.postgres import Session

_STATEMENTS = (
    "namespaces",
    "relations",
    "children",
    "columns",
    "constraints",
    "indexes",
    "triggers",
    "rules",
    "functions",
    "others",
    "server_grants",
    "handed_on",
    "grants",
    "default_grants",
    "roles",
    "role_settings",
    "database",
)
# Names without a namespace are the server's own, and definitions name every other namespace.
_SERVER_ONLY = "pg_catalog, pg_temp"
_RIGHTS = {"grant", "default grant", "server grant", "role", "setting", "database"}
_COLOUR = re.compile(r"_(?:blue|green)(?![a-z0-9])")
_COLOURED = "_{colour}"
_QUALIFIER = re.compile(r"\b\w+_\{colour\}\w*\.(?=[\w\"])")
_BODY = " body "
_LONGEST = 160


class Fact(NamedTuple):
    """An object of the catalogue, described.

    `kind`: such as `trigger`; `object`: its name; `text`: its expected form, one line.

    A tuple: an audit sorts and compares hundreds of them.
    """

    kind: str
    object: str
    text: str

    @property
    def place(self) -> str:
        """Kind and name."""
        return f"{self.kind} {self.object}"


@cache
def expected(*, orders: bool = False) -> tuple[Fact, ...]:
    """The facts that the migrations of this version make in an empty database; with views of orders, or
    without.
    """
    return _listed("catalogue.txt") + (_listed("catalogue_orders.txt") if orders else ())


def _listed(file: str) -> tuple[Fact, ...]:
    text = (files("ledger.audit") / file).read_text("utf-8")
    return tuple(Fact(*line.split("\t")) for line in text.splitlines())


def _expected_of(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The facts expected of a ledger: a ledger that has any view of orders has all of them."""
    own = {fact.object for fact in _listed("catalogue_orders.txt") if fact.kind == "table"}
    return expected(orders=any(fact.object in own for fact in facts if fact.kind == "table"))


def read_catalogue(session: Session) -> list[Fact]:
    """The facts in the catalogue about the session's ledger now, with its names in braces, sorted."""
    ledger = session.ledger
    namespaces = [ledger.events, ledger.keys, ledger.views]
    roles = [ledger.role(role) for role in ROLES]
    rows: list[tuple[str, str, str]] = []
    with plainly(session):
        for name in _STATEMENTS:
            rows += session.rows(f"catalogue/{name}", namespaces=namespaces, roles=roles)
    return sorted(set(_facts(rows, Names(ledger), _owner(rows, ledger))))


@contextmanager
def plainly(session: Session) -> Iterator[None]:
    """The catalogue is asked and answers as `catalogue.txt` has it, whatever the site set."""
    with session.transaction():
        path, workers = session.row("search_settings") or ("", "0")
        session.row("search_in", path=_SERVER_ONLY, workers="0")
        yield
        session.row("search_in", path=path, workers=workers)


def _owner(rows: Iterable[Sequence[str]], ledger: LedgerName) -> str | None:
    """The owner of the events' namespace, who must own the rest too; never one of the ledger's roles."""
    for kind, name, text in rows:
        if (kind, name) == ("namespace", ledger.events):
            owner = text.removeprefix("owner ")
            return None if owner in Names(ledger).roles else owner
    return None


def _facts(rows: Iterable[Sequence[str]], names: Names, owner: str | None) -> Iterator[Fact]:
    """The facts in rows, with names in braces.

    Names are replaced in all rows at once, as there are hundreds: no column holds a tab or the end of a line
    then.
    """
    text = "\n".join("\t".join(" ".join(column.split()) for column in row) for row in rows)
    text = names.plain(text)
    if owner is not None:
        by_owner = re.compile(rf"\b(owner|to|made by) {re.escape(owner)}(?!\w)")
        text = by_owner.sub(r"\1 {owner}", text)
    for line in text.split("\n"):
        yield _fact(*line.split("\t"))


def _fact(kind: str, name: str, text: str) -> Fact:
    if "{views}." in name:
        name, text = (_COLOUR.sub("_{colour}", part) for part in (name, text))
        text = _QUALIFIER.sub("", text)
    signature, separator, body = text.partition(_BODY)
    if separator:
        text = f"{signature}{_BODY}{hashlib.sha256(body.encode()).hexdigest()[:32]}"
    return Fact(kind, name, text)


def check_catalogue(session: Session, findings: Findings) -> "Readable":
    """Check that the server has exactly what a fresh server has and the migrations made.

    The rows of the catalogue are read first, as they lie there. Where somebody added something that
    statements run, nothing else is asked. A part that cannot be read is a finding. Raises Retry when the
    server is away.
    """
    names = Names(session.ledger)
    told: Told | None = None
    can = Readable()
    with findings.guarded(session, "the server's catalogue"), plainly(session):
        told = look_at_server(session, names)
        for other in told.others:
            detail = names.own(_safe(other.detail))
            told.runs |= findings.note_of_site(other.kind, detail, other.mark) and other.runs
        if told.runs:
            return Readable(tables=False, views=False, server=told)
    with findings.guarded(session, "the catalogue"):
        facts = read_catalogue(session)
        can = _readable(facts)
        named = " ".join(_compare(facts, names, findings))
        for own in told.ours if told else ():
            if own.name not in named:
                findings.note(None, own.kind, names.own(_safe(own.detail)))
    with findings.guarded(session, "the members of the roles"):
        roles = list(names.roles)
        ways = session.rows("memberships", roles=roles, namespace=session.ledger.events)
        check_memberships(ways, session.ledger, findings)
    with findings.guarded(session, "the prepared transactions"), plainly(session):
        spaces = [*session.ledger.namespaces.values()]
        check_prepared(session.rows("prepared_transactions", namespaces=spaces), findings)
    return can._replace(server=told)


class Readable(NamedTuple):
    """The parts that can be read without running an attacker's code: the tables, and the views for readers.

    `server`: the comparison of the server itself; None: it could not be read.
    """

    tables: bool = True
    views: bool = True
    server: Told | None = None


def readable(session: Session) -> Readable:
    """Read `Readable` as `check_catalogue` returns it, from the catalogue alone.

    If the catalogue cannot be read, tables and views count as readable: the audit itself reports the fault.
    """
    try:
        return _readable(read_catalogue(session))
    except LedgerError:
        return Readable()  # the audit itself tells what cannot be read


def _readable(facts: Sequence[Fact]) -> Readable:
    tables = not any(map(_runs_something, facts))
    known = _expected_of(facts)
    views = {fact.place for fact in known if fact.kind == "view"}
    changed = {fact.place for fact in set(facts) - set(known)}
    return Readable(tables, views=tables and not views & changed)


def _runs_something(fact: Fact) -> bool:
    """Whether reading a table runs this: a policy, a computed column, or a view or rule in its place."""
    if fact.kind == "column":
        return " generated v" in fact.text
    if fact.kind in {"view", "relation"}:
        return fact.object in {
            table.object for table in expected(orders=True) if table.kind == "table"
        }
    return fact.kind == "policy"


def _compare(facts: Sequence[Fact], names: Names, findings: Findings) -> Iterator[str]:
    """Facts that are missing, were added, or say something else: noted, and each in words."""
    expected_facts = {(fact.kind, fact.object): fact for fact in _expected_now(facts)}
    actual_facts: dict[tuple[str, str], list[Fact]] = {}
    for fact in facts:
        actual_facts.setdefault((fact.kind, fact.object), []).append(fact)
    for key in sorted(expected_facts.keys() | actual_facts.keys()):
        place = f"{key[0]} {_safe(key[1])}"
        difference = _difference(place, expected_facts.get(key), actual_facts.get(key, []))
        if difference:
            kind = "grant" if key[0] in _RIGHTS else "catalogue"
            detail = names.own(difference)
            if _is_of_site(*key):
                now = " ".join(fact.text for fact in actual_facts.get(key, []))
                findings.note_of_site(kind, detail, now)
            else:
                findings.note(None, kind, detail)
            yield detail


def _is_of_site(kind: str, object: str) -> bool:
    """Whether a fact is of the server or a login of the site: a baseline may accept it."""
    return kind in {"database", "replication slot"} or (kind == "setting" and "{" not in object)


def _expected_now(facts: Sequence[Fact]) -> Sequence[Fact]:
    """Tables of views come with the first projector: until then they may be missing, as a whole."""
    known = _expected_of(facts)
    if any(_COLOURED in fact.object for fact in facts):
        return known
    places = {fact.place for fact in facts}
    return [fact for fact in known if fact.place in places or not _comes_later(fact)]


def _comes_later(fact: Fact) -> bool:
    made_at_once = fact.kind == "function" or fact.object.startswith("function ")
    return "{views}." in fact.object and not made_at_once


def _difference(place: str, expected_fact: Fact | None, facts: Sequence[Fact]) -> str | None:
    """How an object differs, in words; a right also with its present state. Other definitions stay unsaid."""
    if expected_fact and not facts:
        return f"{place} is missing"
    different = [fact for fact in facts if not expected_fact or fact.text != expected_fact.text]
    if not different:
        return None
    first = different[0]
    said = first.text.partition(_BODY)[0]
    right = f": {_safe(said)}" if first.kind in _RIGHTS and said else ""
    if expected_fact is None:
        return f"{place} is none of this ledger{right}"
    return f"{place} is not as it was made{right}"


def _safe(text: str) -> str:
    """Such a name may be chosen by an attacker and hold text that no terminal should be sent."""
    plain = "".join(letter if letter.isascii() and letter.isprintable() else "?" for letter in text)
    return plain if len(plain) <= _LONGEST else f"{plain[:_LONGEST]}..."


def check_prepared(prepared: Iterable[Sequence[Any]], findings: Findings) -> None:
    """Note every prepared transaction: somebody can commit its changes at any time, and no check sees them.

    `prepared`: the transaction's number, and the tables of the ledger that it has locked, or None.
    """
    for number, tables in prepared:
        if tables:
            locked = _safe(", ".join(tables))
            detail = (
                f"the prepared transaction {number} waits to be committed, and has locked {locked}"
            )
            findings.note(None, "catalogue", detail)
        else:
            detail = f"the prepared transaction {number} waits to be committed"
            findings.note_of_site("catalogue", detail)


def check_memberships(
    ways: Iterable[Sequence[Any]], ledger: LedgerName, findings: Findings
) -> None:
    """The site chooses its logins. A login takes one kind of work beside reading, or all; only the owner and
    superusers take the owner's role, or a role of the server that reads or writes everything.

    `ways`: member, role, whether it may hand the role on, whether it may do everything anyway.
    """
    work = {ledger.role(role) for role in ROLES if role != "reader"}
    ours = work | {ledger.role("reader")}
    roles_of: dict[str, set[str]] = {}
    for member, role, hands_on, mighty in ways:
        if member in ours:
            findings.note(None, "grant", f"role {member} can take the role {_safe(role)}")
        elif not mighty:
            _check_login(member, role, hands_on, role in ours, findings)
            roles_of.setdefault(member, set()).update({role} & ours)
    for member, roles in sorted(roles_of.items()):
        _check_work(member, roles & work, len(work), findings)


def _check_work(member: str, roles: set[str], kinds: int, findings: Findings) -> None:
    """A login takes one kind of work, or all of them: two together would be one person's."""
    if 1 < len(roles) < kinds:
        listed = ", ".join(sorted(roles))
        findings.note(None, "grant", f"login {_safe(member)} can take the roles {listed}")


def _check_login(member: str, role: str, hands_on: bool, is_ours: bool, findings: Findings) -> None:
    """A login of the site takes roles of the ledger only, and hands none of them on."""
    if not is_ours:
        detail = f"login {_safe(member)} can take the role {_safe(role)}, and read or write what it likes"
        findings.note_of_site("grant", detail)
    elif hands_on:
        findings.note(None, "grant", f"login {_safe(member)} can hand on the role {role}")
