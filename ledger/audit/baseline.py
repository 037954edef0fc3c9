"""What an auditor accepts of a site and its server: a file that the auditor keeps (ADR 143).

A line for each thing has a hash of what is there and what the audit says of it. Nothing of the ledger itself
is in it.
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
    """The lines of a file. Raises Misconfigured where one is none that this program wrote."""
    lines = [line for line in content.decode("utf-8", "replace").splitlines() if line]
    accepted = frozenset(line for line in lines if not line.startswith("#"))
    if not all(map(_LINE.fullmatch, accepted)):
        raise Misconfigured("--baseline: expected a file as --write-baseline writes it")
    return accepted
