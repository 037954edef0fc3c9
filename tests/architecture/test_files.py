"""Files are opened in two places of the product: below a folder without a link, or where a user names one."""

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.architecture.messages import LAYERS, ROOT

HOMES = {"ledger/storage/files.py", "ledger/storage/named.py"}
MADE = "writes documents of this repository, for `make documents`"
DEMO = "copies and removes the demonstration's own folder, which has a mark"
KERNEL = "reads what the kernel tells of a process"
NOWHERE = "opens the device that keeps nothing, for what nobody reads any more"
ELSEWHERE = {
    **dict.fromkeys(("console/answers.py", "schemas/generate.py", "web/interface.py"), MADE),
    **dict.fromkeys(
        ("console/demo/ground.py", "console/demo/orders.py", "console/demo/proof.py"), DEMO
    ),
    **dict.fromkeys(
        ("host/reader.py", "host/running/alive.py", "ledger/embedded/postmaster.py"), KERNEL
    ),
    **dict.fromkeys(("console/main.py", "host/signals.py", "web/proof/audit_process.py"), NOWHERE),
    "console/streams.py": "reads what a user names on the command line, also a pipe: the user's own file",
    "ledger/embedded/cluster.py": "copies PostgreSQL's programs, and gives its folder its name",
    "ledger/embedded/place.py": "makes the data directory",
    "ledger/embedded/server.py": "puts the server's log aside",
    "web/listening.py": "makes the console's socket, in a folder of the console's user",
    "web/scripts.py": "reads scripts that come along with the program",
}
"""The others, each with its reason."""

_OF_PATHS = {
    *("read_bytes", "read_text", "write_bytes", "write_text", "touch", "unlink", "rename"),
    *("symlink_to", "hardlink_to", "mkdir", "rmdir"),
}
_OF_OS = {
    *(
        "open",
        "fdopen",
        "link",
        "symlink",
        "rename",
        "replace",
        "renames",
        "unlink",
        "remove",
        "rmdir",
    ),
    *("mkdir", "makedirs", "truncate", "mkfifo", "mknod", "chmod", "chown", "lchown", "fchown"),
}
_MODULES = {"shutil", "tempfile"}
_HARMLESS = {"get_terminal_size", "which"}


def opens_a_file(call: ast.Call) -> bool:
    """Whether a call opens, makes or changes a file by its path."""
    match call.func:
        case ast.Name(id="open"):
            return True
        case ast.Attribute(value=ast.Name(id="os"), attr=name):
            return name in _OF_OS
        case ast.Attribute(value=ast.Name(id=module), attr=name) if module in _MODULES:
            return name not in _HARMLESS
        case ast.Attribute(attr="open"):
            return any(isinstance(one, ast.Constant) and one.value in _MODES for one in call.args)
        case ast.Attribute(attr="replace"):  # of a text it has two arguments, of a time names
            return len(call.args) == 1 and not call.keywords
        case ast.Attribute(attr=name):
            return name in _OF_PATHS
    return False


_MODES = {f"{one}{more}" for one in "rwxa" for more in ("", "b", "t", "+", "b+")}


class Names:
    """What each name of a module is given, as text; a loop gives its name what it goes through."""

    def __init__(self, tree: ast.AST) -> None:
        self.given: dict[str, str] = {}
        for node in ast.walk(tree):
            match node:
                case ast.Assign(targets=targets, value=value):
                    self._give(targets, value)
                case ast.AnnAssign(target=target, value=ast.expr() as value):
                    self._give([target], value)
                case (
                    ast.For(target=target, iter=value)
                    | ast.comprehension(target=target, iter=value)
                ):
                    self._give([target], value)

    def _give(self, targets: Sequence[ast.expr], value: ast.expr) -> None:
        for target in targets:
            for name in ast.walk(target):
                if isinstance(name, ast.Name):
                    self.given[name.id] = f"{self.given.get(name.id, '')} {ast.unparse(value)}"

    def is_shipped(self, node: ast.expr) -> bool:
        """Whether a path leads to what comes along with the program: from its own file, or its packages."""
        text = ast.unparse(node)
        for _ in range(4):
            if "__file__" in text or "files(" in text:
                return True
            text = " ".join(self.given.get(word, "") for word in re.findall(r"\w+", text))
        return False


def places() -> Iterator[str]:
    for layer in LAYERS:
        for path in sorted((ROOT / layer).rglob("*.py")):
            tree = ast.parse(path.read_text("utf-8"))
            names = Names(tree)
            calls = [
                node for node in ast.walk(tree) if isinstance(node, ast.Call) and opens_a_file(node)
            ]
            if not all(reads(call) and names.is_shipped(call.func) for call in calls):
                yield path.relative_to(ROOT).as_posix()


def reads(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr in {"read_text", "read_bytes"}


def test_no_other_module_opens_files() -> None:
    assert set(places()) - HOMES - ELSEWHERE.keys() == set(), (
        "use ledger/storage/files.py or named.py"
    )


def test_every_exception_is_one() -> None:
    assert ELSEWHERE.keys() <= set(places())
    assert not HOMES & ELSEWHERE.keys()


def test_the_search_finds_every_way() -> None:
    ways = (
        "open(p)",
        "os.open(p, 0)",
        "path.open('rb')",
        "Path(p).read_bytes()",
        "path.write_text(t)",
        "draft.replace(path)",
        "shutil.copy(a, b)",
        "path.unlink()",
    )
    for way in ways:
        assert opens_a_file(ast.parse(way, mode="eval").body), way  # type: ignore[arg-type]
    for way in (
        "text.replace('a', 'b')",
        "opener.open(stream)",
        "structs.replace(a, b=1)",
        "os.close(d)",
    ):
        assert not opens_a_file(ast.parse(way, mode="eval").body), way  # type: ignore[arg-type]


def test_what_arrow_reads_by_a_path_was_looked_at_before() -> None:
    """Arrow and Spark open files by themselves, and follow links."""
    text = (ROOT / "archive/places.py").read_text("utf-8")
    assert text.index("self._folder.opened(name).close()") < text.index("fs.LocalFileSystem()")


def test_paths_of_the_test_are_real() -> None:
    assert all((ROOT / path).exists() for path in HOMES | ELSEWHERE.keys())
    assert Path(ROOT / "ledger").is_dir()
