"""Lookups of names that only the ledger knows: recipients, activities, roles, systems, provisions in use.

An unknown one fails with what is near. Names of private persons are sealed and are no names here.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from application.lookups import Names, NotKnown, folded, named, names_of, provisions, unknown
from application.source import Source
from projections.reading.house import employees, registered_systems, roles_by_id
from projections.reading.views import disclosed, recipients_by_id, register_entries
from rulebook import provision
from schemas.provision import folded as folded_provision

_RECIPIENT, _ACTIVITY, _ROLE, _SYSTEM = "recipient/", "activity/", "role/", "system/"


# What may stand behind an article: a number, a letter, or the word for a paragraph.
_PARAGRAPH = re.compile(r"(?:[0-9]{1,2}[a-z]?|[a-z]|lid|par|onder|sub)\Z")


@contextmanager
def about(field: str) -> Iterator[None]:
    """An error in here names the field that it is about."""
    try:
        yield
    except NotKnown as error:
        raise NotKnown(str(error), field=field) from None


def known_recipient(source: Source, text: str) -> str:
    """The bare id of a recipient that is registered, or got something. Raises NotKnown."""
    rows = recipients_by_id(source.session)
    names = names_of(
        (id, (f"{_RECIPIENT}{id}", *(version.name for version in row.versions)))
        for id, row in rows.items()
    )
    bare = text.removeprefix(_RECIPIENT)
    if bare in rows or _got_something(source, bare):
        return bare
    with about("recipient"):
        return named(text, names, "ledger recipients")


def _got_something(source: Source, recipient: str) -> bool:
    """Whether a disclosure that the reader may know of names an unregistered recipient."""
    rows = source.teller.rows(disclosed(source.session, recipient=recipient))
    return next(rows, None) is not None


def known_activity(source: Source, text: str) -> str:
    """The id of an activity that is declared, or that events name. Raises NotKnown."""
    entries = list(register_entries(source.session))
    return _code_named(
        "activity",
        text,
        _ACTIVITY,
        ((entry.activity, entry.name) for entry in entries),
        "ledger register",
    )


def known_role(source: Source, text: str) -> str:
    """The id of a role that was described, or that an employee holds or held. Raises NotKnown."""
    described = set(roles_by_id(source.session))
    granted = {act.role for row in employees(source.session).values() for act in row.grants}
    return _code_named(
        "role", text, _ROLE, ((role, None) for role in described | granted), "ledger access"
    )


def known_system(source: Source, text: str) -> str:
    """The bare id of a registered system. Raises NotKnown."""
    systems = registered_systems(source.session)
    return _code_named(
        "system",
        text,
        _SYSTEM,
        ((id.removeprefix(_SYSTEM), None) for id in systems),
        "ledger register",
    )


def _code_named(
    field: str, text: str, prefix: str, rows: Iterable[tuple[str, str | None]], see: str
) -> str:
    listed = [(id, (f"{prefix}{id}", name)) for id, name in rows]
    bare = text.removeprefix(prefix)
    if any(id == bare for id, _ in listed):
        return bare
    with about(field):
        return named(text, names_of(listed), see)


def known_provision(source: Source, text: str) -> str:
    """The id of a provision of the rulebook; else the spelling of a disclosure that names it.

    Raises NotKnown.
    """
    names: Names = provisions()
    entry = provision(text)
    cited = entry.id if entry else _cited(folded(text), names)
    if cited:
        return cited
    spelling = folded_provision(text)
    for row in source.teller.rows(disclosed(source.session)):
        if row.provision and folded_provision(row.provision) == spelling:
            return row.provision
    with about("provision"):
        raise unknown(text, names)


def _cited(text: str, names: Names) -> str | None:
    """The provision of a citation, or of the article whose paragraph it is: `AWR art. 53 lid 1`."""
    words = text.split()
    for length in range(len(words), 0, -1):
        rest = words[length:]
        if all(_PARAGRAPH.match(word) for word in rest) and any(
            word[0].isdigit() for word in words[:length]
        ):
            code = names.get(" ".join(words[:length]))
            if code:
                return code
    return None
