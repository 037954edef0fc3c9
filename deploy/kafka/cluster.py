"""One directory a cluster: what stays the same from one start to the next.

DIR/cluster.json     cluster id, Kafka version and ports, and the secured listeners with theirs
DIR/node-N/          server.properties, data/, broker.log and pid
"""

from __future__ import annotations

import json
import random
import socket
import uuid
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from string import Template

from errors import Impossible

HOST = "127.0.0.1"
SETTINGS = Template((Path(__file__).resolve().parent / "server.properties").read_text())
SECURED = Template((Path(__file__).resolve().parent / "secured.properties").read_text())
PROXIED = Template((Path(__file__).resolve().parent / "proxied.properties").read_text())
SECURED_LISTENERS = ("SSL", "SASL_SSL", "SASL_PLAINTEXT")  # each is named after its protocol
PORTS_PER_NODE = 10  # node 2 of a cluster on 19092 is on 19102: easy to tell apart
# Below the range from which Linux takes the ports of outgoing connections: a client that calls a
# killed broker again and again could otherwise be given that broker's own port, and keep it.
FREE_PORTS = range(20_000, 32_000)


@dataclass(frozen=True)
class Node:
    """A broker with its controller. `home` is absolute: it tells the node's process from others."""

    number: int
    port: int
    controller_port: int
    home: Path

    @property
    def address(self) -> str:
        """Where clients reach it."""
        return f"{HOST}:{self.port}"

    @property
    def settings(self) -> Path:
        """Its server.properties, which stands on its command line."""
        return self.home / "server.properties"

    @property
    def log(self) -> Path:
        """What it wrote since its directory was made."""
        return self.home / "broker.log"

    @property
    def pid_file(self) -> Path:
        """The process id of its last start."""
        return self.home / "pid"


@dataclass(frozen=True)
class Secured:
    """Listeners with TLS and passwords beside the open one, of a cluster of one node.

    `certificates` holds broker.pem (its key, then its certificate) and ca.pem, whom it trusts.
    """

    certificates: str
    ports: dict[str, int]


@dataclass(frozen=True)
class Proxied:
    """A listener behind somebody's proxy, of a cluster of one node: where it is, and where it says to be."""

    own_port: int
    proxy_port: int


@dataclass(frozen=True)
class Cluster:
    """One node, or three that survive the death of one."""

    id: str
    version: str
    nodes: tuple[Node, ...]
    secured: Secured | None = None
    proxied: Proxied | None = None

    @property
    def bootstrap(self) -> str:
        """Every node's address, comma between, as clients want them."""
        return ",".join(node.address for node in self.nodes)

    def node(self, number: int) -> Node:
        """The node of that number; Impossible when there is none."""
        for node in self.nodes:
            if node.number == number:
                return node
        raise Impossible(f"no node {number} in a cluster of {len(self.nodes)}")


def make(
    directory: Path,
    version: str,
    nodes: int,
    port: int,
    certificates: Path | None = None,
    proxy_port: int | None = None,
) -> Cluster:
    """Choose id and ports of a new cluster and write them down; port 0 = free ones.

    With certificates it has the secured listeners too, with a proxy's port the one behind it, on free ports.
    """
    ports = free_ports(2 * nodes) if port == 0 else consecutive_ports(nodes, port)
    directory.mkdir(parents=True, exist_ok=True)
    chosen: dict[str, object] = {"id": new_id(), "version": version, "ports": ports}
    if certificates is not None:
        secured = free_ports(len(SECURED_LISTENERS))
        numbers = dict(zip(SECURED_LISTENERS, secured, strict=True))
        chosen["secured"] = {"certificates": str(certificates), "ports": numbers}
    if proxy_port is not None:
        chosen["proxied"] = {"own_port": free_ports(1)[0], "proxy_port": proxy_port}
    (directory / "cluster.json").write_text(json.dumps(chosen) + "\n")
    return load(directory)


def new_id() -> str:
    """An id as Kafka makes them; none begins with a hyphen, which its tools would take for an option."""
    while True:
        made = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        if not made.startswith("-"):
            return made


def load(directory: Path) -> Cluster:
    """The cluster of a directory; Impossible when there is none."""
    try:
        chosen = json.loads((directory / "cluster.json").read_text())
    except FileNotFoundError:
        raise Impossible(f"no cluster in {directory}") from None
    ports: list[int] = chosen["ports"]
    pairs = zip(ports[::2], ports[1::2], strict=True)
    nodes = tuple(
        Node(number, port, controller_port, directory / f"node-{number}")
        for number, (port, controller_port) in enumerate(pairs, start=1)
    )
    secured = Secured(**chosen["secured"]) if "secured" in chosen else None
    proxied = Proxied(**chosen["proxied"]) if "proxied" in chosen else None
    return Cluster(chosen["id"], chosen["version"], nodes, secured, proxied)


def consecutive_ports(nodes: int, first: int) -> list[int]:
    """Client and controller port of each node in turn, from a base that a person remembers."""
    bases = [first + PORTS_PER_NODE * index for index in range(nodes)]
    return [port for base in bases for port in (base, base + 1)]


def free_ports(count: int) -> list[int]:
    """Ports on which no process listens now."""
    candidates = random.SystemRandom().sample(FREE_PORTS, len(FREE_PORTS))
    free = list(islice(filter(is_free, candidates), count))
    if len(free) < count:
        raise Impossible(f"no {count} free ports from {FREE_PORTS.start} to {FREE_PORTS.stop}")
    return free


def is_free(port: int) -> bool:
    """Whether a broker could listen there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def write_settings(cluster: Cluster, node: Node) -> None:
    """Write the server.properties of a node; three nodes keep three copies, two of them in sync."""
    voters = ",".join(f"{each.number}@{HOST}:{each.controller_port}" for each in cluster.nodes)
    node.home.mkdir(exist_ok=True)
    settings = SETTINGS.substitute(
        number=node.number,
        voters=voters,
        data=node.home / "data",
        port=node.port,
        controller_port=node.controller_port,
        replicas=len(cluster.nodes),
        in_sync=len(cluster.nodes) // 2 + 1,
    )
    if cluster.secured is not None:
        settings += SECURED.substitute(
            cluster.secured.ports,
            certificates=cluster.secured.certificates,
            port=node.port,
            controller_port=node.controller_port,
        )
    if cluster.proxied is not None:
        settings += PROXIED.substitute(
            port=node.port,
            controller_port=node.controller_port,
            own_port=cluster.proxied.own_port,
            proxy_port=cluster.proxied.proxy_port,
        )
    node.settings.write_text(settings)
