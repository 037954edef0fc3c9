"""The things at a site and its server that an auditor accepts: a file that the auditor keeps (ADR 143).

Each line stands for one thing. It has a hash of the thing, and the words of the audit about it. The file
holds nothing of the ledger itself.
"""

import re
from collections.abc import Iterable

from ledger.errors import Misconfigured

_LINE = re.compile(r"[0-9a-f]{32} \S.*")
_HEAD = """\
# What the site and its server have that no fresh server has. An audit that is given this file accepts it.
# Read all lines, take out what should not be there, and keep the file where nobody who writes the
# database can write.
"""


def written_baseline(of_site: Iterable[str]) -> bytes:
    """The text of a file. `of_site`: lines of `Findings.of_site`."""
    return (_HEAD + "".join(f"{line}\n" for line in sorted(of_site))).encode()


def read_baseline(content: bytes) -> frozenset[str]:
    """The lines of a baseline file. Raises Misconfigured unless this program wrote every line."""
    lines = [line for line in content.decode("utf-8", "replace").splitlines() if line]
    accepted = frozenset(line for line in lines if not line.startswith("#"))
    if not all(map(_LINE.fullmatch, accepted)):
        raise Misconfigured("--baseline: expected a file as --write-baseline writes it")
    return accepted
