"""The bill of materials of this program, CycloneDX 1.6: what the lock files pin, with hashes, licences.

Offline, and the same for the same lock: no time, no serial number of chance. Licences come from the
installed packages; what is not installed here (for other systems) has none. Run it with `make sbom`.
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import NamedTuple
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import License
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
SOURCE_LOCK = ROOT / "requirements-source.lock"
"""What comes as source alone, to be built by tools that the other lock pins."""
TESTS_LOCK = ROOT / "tests" / "requirements.lock"
"""What only the tests need, and is large."""
LOCKS = (LOCK, SOURCE_LOCK, TESTS_LOCK)
_PINNED = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)(?: ; (?P<marker>[^\\]*[^\\ ]))? *\\?$"
)
_HASH = re.compile(r"^    --hash=sha256:([0-9a-f]{64})(?: \\)?$")
# Longer than any identifier: the whole text of a licence in place of its name.
_NAME_LIMIT = 100
# In place of when it was made, which is different each time.
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Pinned(NamedTuple):
    """One entry of the lock. `marker`: for which machines. `hashes`: of each file of the release, in hex."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]


def pinned(text: str) -> Iterator[Pinned]:
    """The entries of the text of a lock file. Raises ValueError for a line that is none."""
    found: Pinned | None = None
    for line in text.splitlines():
        if entry := _PINNED.match(line):
            if found:
                yield found
            found = Pinned(entry["name"], entry["version"], entry["marker"] or "", ())
        elif (one := _HASH.match(line)) and found:
            found = found._replace(hashes=(*found.hashes, one[1]))
        else:
            raise ValueError(f"the lock has a line that is no pin and no hash: {line}")
    if found:
        yield found


def bill(entries: list[Pinned], name: str, version: str, licence: str) -> Bom:
    """The bill of one program."""
    itself = Component(
        type=ComponentType.APPLICATION,
        name=name,
        version=version,
        bom_ref=f"{name}@{version}",
        licenses=[LicenseFactory().make_from_string(licence)],
    )
    components = [_component(entry) for entry in entries]
    text = "\n".join(map(repr, entries))
    bom = Bom(components=components, serial_number=uuid5(NAMESPACE_URL, f"{name} {version} {text}"))
    bom.metadata.component = itself
    bom.register_dependency(itself, components)
    return bom


def _component(entry: Pinned) -> Component:
    url = PackageURL("pypi", name=entry.name, version=entry.version)
    marked = [Property(name="python:marker", value=entry.marker)] if entry.marker else []
    # An entry of the lock is a release of several files: its hashes are alternatives, so they are properties.
    hashes = [Property(name="pypi:file:sha256", value=one) for one in entry.hashes]
    single = [HashType(alg=HashAlgorithm.SHA_256, content=entry.hashes[0])]
    licence = _licence(entry)
    return Component(
        type=ComponentType.LIBRARY,
        name=entry.name,
        version=entry.version,
        purl=url,
        bom_ref=f"{url}{'#' + entry.marker if entry.marker else ''}",
        hashes=single if len(entry.hashes) == 1 else [],
        properties=[*marked, *hashes],
        licenses=[licence] if licence else [],
    )


def _licence(entry: Pinned) -> License | None:
    try:
        installed = distribution(entry.name)
    except PackageNotFoundError:
        return None
    named = _named(installed) if installed.version == entry.version else None
    if not named:
        return None
    return LicenseFactory().make_from_string(named)


def _named(installed: Distribution) -> str | None:
    """A licence as a package names it: by SPDX expression, else by its classifiers, else in one line."""
    facts = installed.metadata
    classes = [one for one in facts.get_all("Classifier") or [] if one.startswith("License :: ")]
    names = [one.rpartition(" :: ")[2] for one in classes]
    line = "".join(facts.get_all("License") or ()).strip()
    short = line if 0 < len(line) <= _NAME_LIMIT and "\n" not in line else None
    expression = "".join(facts.get_all("License-Expression") or ())
    return expression or short or "; ".join(names) or None


def document() -> str:
    """The bill of the checkout, as JSON."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    entries = [entry for lock in LOCKS for entry in pinned(lock.read_text("utf-8"))]
    bom = bill(entries, project["name"], project["version"], project["license"])
    bom.metadata.timestamp = LONG_AGO
    return JsonV1Dot6(bom).output_as_string(indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document())
