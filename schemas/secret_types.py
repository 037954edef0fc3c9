"""Names of the confidential ledger's types, and what is one with a slip in it."""

import re
from typing import Any, Final

from schemas.catalogue import CONFIDENTIAL_TYPES, EVENT_TYPES
from schemas.likeness import is_like
from schemas.names import PREFIX
from schemas.spelling import plain, run

_VERSION = re.compile(r"v?[0-9]+\Z")
_LONGEST: Final = 256
SECRET_NAMES: Final = tuple(
    sorted(run(name.removeprefix(PREFIX).removesuffix(".v1")) for name in CONFIDENTIAL_TYPES)
)
"""The letters of their names: what `has_secret_type` looks for in the letters of a text."""


def is_secret_type(name: Any) -> bool:
    """Whether a type is one of the confidential ledger's, in any version or spelling, with a slip or two."""
    if not isinstance(name, str) or name in EVENT_TYPES:
        return False
    if name in CONFIDENTIAL_TYPES:
        return True
    letters = run(plain(name[:_LONGEST]))
    last = _VERSION.sub("", run(plain(name[:_LONGEST].split(".ledger.")[-1])))
    return any(secret_name in letters or is_like(last, secret_name) for secret_name in SECRET_NAMES)


def has_secret_type(text: str) -> bool:
    """Whether a plain text holds the name of such a type."""
    letters = run(text)
    return any(secret_name in letters for secret_name in SECRET_NAMES)
