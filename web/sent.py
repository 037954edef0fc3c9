"""What a form sends, as a struct."""

from collections.abc import Mapping
from typing import Any, TypeVar, get_origin, get_type_hints
from urllib.parse import parse_qsl

from ledger.errors import Misconfigured
from web.logins.guard import CSRF_FIELD
from web.page import FormData
from web.resource import converted

F = TypeVar("F", bound=FormData)
_MOST_FIELDS = 1000


def read_form(content: bytes, path: Mapping[str, Any], into: type[F]) -> F:
    """The fields of a form and of its address. A field that is left empty is not there; a list may repeat.

    Raises Misconfigured, which names the field and quotes nothing.
    """
    try:
        pairs = parse_qsl(content.decode("utf-8"), max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise Misconfigured("this form cannot be read") from None
    lists = {
        name for name, hint in get_type_hints(into).items() if get_origin(hint) in {list, tuple}
    }
    members: dict[str, str | list[str]] = {name: [] for name in lists}
    for name, text in pairs:
        member = name.replace("-", "_")
        if name == CSRF_FIELD:
            continue
        if isinstance(listed := members.get(member), list):
            listed.append(text)
        else:
            members[member] = text
    return converted({**members, **path}, into)
