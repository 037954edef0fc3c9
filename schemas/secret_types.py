"""Names of the confidential ledger's types, and texts that are such a name with a slip in it."""

import re
from typing import Any, Final

from schemas.catalogue import CONFIDENTIAL_TYPES, EVENT_TYPES
from schemas.likeness import is_like
from schemas.names import PREFIX

_VERSION = re.compile(r"\.?v?[0-9]{0,6}\Z")
_BETWEEN = re.compile(r"[^a-z]")
_LONGEST: Final = 256
SECRET_NAMES: Final = tuple(sorted(name.removeprefix(PREFIX)[:-3] for name in CONFIDENTIAL_TYPES))
"""Their short names."""
_LETTERS: Final = tuple(_BETWEEN.sub("", name) for name in SECRET_NAMES)


def is_secret_type(name: Any) -> bool:
    """Whether a type is one of the confidential ledger's, in any version or spelling, with a slip or two."""
    if not isinstance(name, str) or name in EVENT_TYPES:
        return False
    if name in CONFIDENTIAL_TYPES:
        return True
    text = name[:_LONGEST].lower()
    last = _BETWEEN.sub("", _VERSION.sub("", text.split(".ledger.")[-1]))
    whole = _BETWEEN.sub("", text)
    return any(secret in whole or is_like(last, secret) for secret in _LETTERS)
