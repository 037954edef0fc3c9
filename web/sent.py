"""What a form sends, as a struct."""

from collections.abc import Mapping
from typing import Any, TypeVar, get_origin, get_type_hints
from urllib.parse import parse_qsl

from msgspec import Struct

from application.acts.given import Given, members_of
from ledger.errors import Misconfigured
from web.logins.guard import CSRF_FIELD
from web.resource import converted

F = TypeVar("F", bound=Struct)
_MOST_FIELDS = 1000


OTHER = "-other"
"""Ends the name of a field in which somebody writes something else than what another field offers."""
Typed = Mapping[str, str | list[str]]
"""What a person typed, by field; a field that may repeat has a list."""


def typed_fields(content: bytes, into: type[F]) -> Typed:
    """The fields of a form. A field that is left empty is not there. Raises Misconfigured for no form.

    What somebody wrote beside the options of a field counts instead of the option, or is one more of several.
    """
    try:
        pairs = parse_qsl(content.decode("utf-8"), max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise Misconfigured("this form cannot be read") from None
    lists = {
        name for name, hint in get_type_hints(into).items() if get_origin(hint) in {list, tuple}
    } - set(_lines_of(into))
    members: dict[str, str | list[str]] = {name: [] for name in lists}
    own: dict[str, str] = {}
    for name, text in pairs:
        member = name.removesuffix(OTHER).replace("-", "_")
        if name == CSRF_FIELD:
            continue
        if isinstance(listed := members.get(member), list):
            listed.append(text)
        elif member in (taken := own if name.endswith(OTHER) else members):
            raise Misconfigured("this parameter is given twice", field=member)
        else:
            taken[member] = text
    return members | own


def read_form(typed: Typed, path: Mapping[str, Any], into: type[F]) -> F:
    """The fields of a form and of its address. Raises Misconfigured, which names the field."""
    lines = {
        name: [line.strip() for line in text.splitlines() if line.strip()]
        for name in _lines_of(into)
        if isinstance(text := typed.get(name), str)
    }
    return converted({**typed, **lines, **path}, into)


def _lines_of(into: type[Struct]) -> list[str]:
    """Members that are typed as one text, a line each."""
    return [it.name for it in members_of(into) if it.is_lines] if issubclass(into, Given) else []
