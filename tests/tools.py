"""The programs that tests start: `python3 tests/tools.py` finds them, or installs those that are missing.

As root on Debian it says what it installs and does so; else, or with LEDGER_INSTALL=no, it prints the one
line to run. Exit status 1 while a program is missing. Only Python itself is needed.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

PATH = f"{os.environ.get('PATH', '')}{os.pathsep}/usr/sbin"


class Tool(NamedTuple):
    """A program, or a pattern of paths; any of `names` will do. `package`: Debian's."""

    names: tuple[str, ...]
    package: str
    used_by: str

    def is_here(self) -> bool:
        return any(
            any(Path("/").glob(name[1:])) if "/" in name else shutil.which(name, path=PATH)
            for name in self.names
        )


TOOLS = (
    Tool(("/usr/lib/postgresql/*/bin/initdb",), "postgresql", "tests on an installed PostgreSQL"),
    Tool(("psql",), "postgresql-client", "the same, and tutorials"),
    Tool(("pgbouncer",), "pgbouncer", "tests behind a pooler"),
    Tool(("java",), "default-jre-headless", "tests with a Kafka broker or Spark"),
    Tool(("mvn",), "maven", "fetches the Kafka broker"),
    Tool(("kcat",), "kcat", "tests of a foreign Kafka client"),
    Tool(("promtool",), "prometheus", "tests of alerts and metrics"),
    Tool(
        ("docker-compose", "/usr/libexec/docker/cli-plugins/docker-compose"),
        "docker-compose",
        "tests of docker-compose.yml",
    ),
    Tool(("chromium", "chromium-browser"), "chromium", "tests of pages in a browser"),
    Tool(("/usr/lib/*/libatomic.so.1",), "libatomic1", "what drives the browser"),
    Tool(("nginx",), "nginx-light", "tests behind a proxy"),
    Tool(("caddy",), "caddy", "tests behind a proxy"),
    Tool(("curl",), "curl", "tests of the API's guide"),
    Tool(("openssl",), "openssl", "tests of certificates and sealed bundles"),
    Tool(("rsyslogd",), "rsyslog", "tests of the push to a SIEM"),
    Tool(("/usr/lib/*/rsyslog/lmnsd_ossl.so",), "rsyslog-openssl", "the same, by TLS"),
    Tool(("systemd-analyze",), "systemd", "tests of units"),
    Tool(("ps",), "procps", "tests that look at processes"),
    Tool(("git",), "git", "tests of what is committed"),
)


def missing() -> list[Tool]:
    """The programs that are not here."""
    return [tool for tool in TOOLS if not tool.is_here()]


def is_debian() -> bool:
    """Whether packages of Debian can be installed here, by us."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def lines(tools: list[Tool], command: str) -> Iterator[str]:
    """What is missing and what for, then the line that installs it."""
    for tool in tools:
        yield f"  {tool.package:<22} {tool.used_by}"
    yield f"  {command} {' '.join(dict.fromkeys(tool.package for tool in tools))}"


def install(tools: list[Tool]) -> None:
    """Install packages without starting a service. Raises CalledProcessError."""
    # The tests start servers of their own: Debian's first cluster is not wanted, nor any other service.
    clusters = Path("/etc/postgresql-common/createcluster.conf")
    if not clusters.exists():
        clusters.parent.mkdir(parents=True, exist_ok=True)
        clusters.write_text("create_main_cluster = false\n")
    policy, is_ours = Path("/usr/sbin/policy-rc.d"), False
    if not policy.exists():
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
        is_ours = True
    quiet: Mapping[str, str] = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    packages = dict.fromkeys(tool.package for tool in tools)
    try:
        subprocess.run(["apt-get", "update", "-qq"], env=quiet, check=True)
        wanted = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
        subprocess.run(wanted, env=quiet, check=True, stdout=subprocess.DEVNULL)
    finally:
        if is_ours:
            policy.unlink()


def main() -> int:
    """Find the programs; install them where that is allowed. The exit status."""
    tools = missing()
    if not tools:
        return 0
    if is_debian() and os.environ.get("LEDGER_INSTALL") != "no":
        print(
            "The tests need programs of Debian, which are installed now (LEDGER_INSTALL=no forbids it):"
        )
        print("\n".join(lines(tools, "apt-get install")), flush=True)
        install(tools)
        tools = missing()
    if not tools:
        return 0
    print(
        "The tests need programs that are not here. `make quick` and `make test` run without this check."
    )
    print("\n".join(lines(tools, "sudo apt-get install --no-install-recommends")))
    return 1


if __name__ == "__main__":
    sys.exit(main())
