"""Java and the jars of a Kafka version: found, or fetched once and kept outside the clone."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from errors import Impossible

HERE = Path(__file__).resolve().parent
POM = HERE / "pom.xml"
OLDEST_JAVA = 17  # a Kafka 4 broker does not load on less


def wanted_version() -> str:
    """KAFKA_VERSION, or the version that the POM names."""
    version = os.environ.get("KAFKA_VERSION") or default_version()
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise Impossible(f"KAFKA_VERSION: expected a version like 4.3.1, got {version!r}")
    return version


def default_version() -> str:
    """The version that the POM names."""
    return POM.read_text().partition("<kafka.version>")[2].partition("<")[0]


def libraries(version: str) -> Path:
    """The directory of this version's jars, fetched when it is missing or made from another POM."""
    kept = cache() / f"kafka-{version}"
    if not is_current(kept):
        with one_at_a_time(kept):
            if not is_current(kept):
                fetch(version, kept)
    return kept


def is_current(kept: Path) -> bool:
    """Whether the jars are there and made from this POM."""
    made_from = kept / POM.name
    return made_from.exists() and made_from.read_bytes() == POM.read_bytes()


@contextmanager
def one_at_a_time(kept: Path) -> Iterator[None]:
    """Let one process fetch: Maven's own folder does not bear two, and the others need not fetch again."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    with kept.with_name(f"{kept.name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def cache() -> Path:
    """Where jars are kept between clones."""
    if own := os.environ.get("PROCESSING_LEDGER_CACHE"):
        return Path(own).resolve()
    shared = os.environ.get("XDG_CACHE_HOME")
    return (Path(shared) if shared else Path.home() / ".cache") / "processing-ledger"


def fetch(version: str, kept: Path) -> None:
    """Let Maven copy the jars beside `kept` and rename: others see all of them or none."""
    with tempfile.TemporaryDirectory(dir=kept.parent, prefix=f"{kept.name}-") as beside:
        fetched = Path(beside) / "fetched"
        run_maven(version, fetched)
        shutil.copy(POM, fetched)
        if kept.exists():
            kept.rename(Path(beside) / "replaced")
        fetched.rename(kept)


def run_maven(version: str, target: Path) -> None:
    """Copy the jars of the POM's class path into `target`, their checksums verified."""
    java()
    maven = program("mvn", "maven", suits=lambda _: True)
    print(f"fetching the jars of Kafka {version}", file=sys.stderr, flush=True)
    checked = ["--batch-mode", "--quiet", "--strict-checksums", f"--file={POM}"]
    goal = ["dependency:copy-dependencies", f"-DoutputDirectory={target}"]
    command = [maven, *checked, f"-Dkafka.version={version}", *goal]
    if subprocess.run(command, stdout=sys.stderr, check=False).returncode:
        raise Impossible(f"Maven could not fetch Kafka {version}")


def java() -> str:
    """Path of a Java that Kafka 4 runs on."""
    return program("java", "default-jre-headless", suits=is_recent_java)


def is_recent_java(path: str) -> bool:
    """Whether the Java at `path` is one that Kafka 4 runs on."""
    told = subprocess.run([path, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', told)
    return version is not None and int(version[1]) >= OLDEST_JAVA


def program(name: str, package: str, suits: Callable[[str], bool]) -> str:
    """Path of a program that suits; installed from Debian when it is missing and we may."""
    found = shutil.which(name)
    if found is None or not suits(found):
        install(package, name)
        found = shutil.which(name)
    if found is None or not suits(found):
        raise Impossible(f"{package} is installed, but {name} is missing or too old")
    return found


def install(package: str, name: str) -> None:
    """Install a Debian package when we are root; otherwise say which one is needed."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise Impossible(f"no suitable {name}; on Debian: apt-get install {package}")
    print(f"installing {package}", file=sys.stderr, flush=True)
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for step in (["update"], ["install", "-y", "--no-install-recommends", package]):
        command = ["apt-get", "-qq", *step]
        if subprocess.run(command, env=quiet, stdout=sys.stderr, check=False).returncode:
            raise Impossible(f"apt-get {step[0]} failed; {package} is needed for {name}")
