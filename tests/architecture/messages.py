"""Every message of the code that a person can be shown, from the source: its words, `{}` where values stand.

What counts: the text of each error of ours and of Typer's `BadParameter`, the docstring that is an error's
default, what an audit notes, what is wrong with a setting, and the functions that are named here. A text that
is put together is followed through names, conditions and functions of its own module. A value that is words
itself is a message as well.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import product
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LAYERS = (
    *("schemas", "rulebook", "ledger", "consumers", "projections"),
    *("application", "documents", "host", "web", "sample", "archive", "console"),
)
PLACE = "{}"
# Besides those that begin with LedgerError: Typer's own, which commands raise for what was typed.
_ROOT_ERRORS = {"LedgerError", "BadParameter"}
# Functions and constants whose texts reach a person by another way: file -> names.
_SPOKEN = {
    "projections/views/consent_status.py": ("_words", "_WHY"),
    "application/auditing.py": ("_NO_KEYS",),
    "ledger/audit/__init__.py": ("_left_out",),
    "ledger/audit/catalogue.py": ("_difference",),
    "ledger/audit/server/net.py": (
        *("_HIDDEN", "_unknown", "_trusted", "_forbidden"),
        *("_unheard_of", "_reaches", "_lends", "_differs"),
        *("_of_site", "_full", "_neighbour", "_neighbours"),
    ),
    "web/requests.py": ("EMPTY", "UNKNOWN_VALUE"),
    "host/keys.py": ("_renewal", "_OTHER_WITNESS", "_ROTATE_COMPLETENESS"),
    "host/reader.py": ("not_granted",),
    "host/restoring.py": ("_absent", "_NEVER"),
    "application/lookups.py": ("unknown",),
    "console/failures.py": ("explained", "_without_values", "_place"),
    "console/remedies.py": ("*",),
    "consumers/refusals.py": ("*",),
    "projections/reading/incident_acts.py": ("*",),
    "projections/following/inspection.py": ("*",),
    "projections/reading/request_acts.py": ("*",),
    "projections/reading/order_steps.py": ("hindrance",),
    "projections/reading/order_judging.py": ("_objections", "_of_conditions", "refusal"),
    "application/acts/on_secrecy.py": ("hindrance",),
    "application/queries/desk/in_the_way.py": ("*",),
    "ledger/crypto/provider.py": ("no_keys",),
    "ledger/tlog/store/key_file.py": ("_ROTATE",),
    "ledger/storage/refusals.py": ("*",),
    "ledger/storage/access.py": ("*",),
    "ledger/storage/contents.py": ("_odd", "_left"),
    "ledger/storage/named.py": ("_fault_of",),
}
_FEWEST_LETTERS = 3
# Where the fourth argument of a reader of texts says what a setting is expected to be.
_SETTINGS = {"host/settings.py", "host/web_settings.py", "host/login_settings.py"}
# Files whose ValueError is told as it is: `ledger sample`.
_VALUE_ERRORS = {"sample/generating.py"}


class _Module:
    """One file: its functions, and what its names are given."""

    def __init__(self, path: Path) -> None:
        self.name = str(path.relative_to(ROOT))
        self.tree = ast.parse(path.read_text("utf-8"))
        self.functions = {
            node.name: node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef)
        }
        self.given = _given(self.tree.body)

    def calls(self) -> Iterator[tuple[ast.Call, dict[str, list[ast.expr]]]]:
        """Each call, with what the names of its function are given."""
        yield from self._calls(self.tree, {})

    def _calls(
        self, node: ast.AST, names: dict[str, list[ast.expr]]
    ) -> Iterator[tuple[ast.Call, dict[str, list[ast.expr]]]]:
        if isinstance(node, ast.FunctionDef):
            names = _given(ast.walk(node))
        if isinstance(node, ast.Call):
            yield node, names
        for child in ast.iter_child_nodes(node):
            yield from self._calls(child, names)


def _given(nodes: Iterable[ast.AST]) -> dict[str, list[ast.expr]]:
    found: dict[str, list[ast.expr]] = {}
    for node in nodes:
        for target, value in _assigned(node):
            if isinstance(target, ast.Name):
                found.setdefault(target.id, []).append(value)
    return found


def _assigned(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What is given a value, with it; of several at once each by itself."""
    match node:
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
            yield from zip(names, values, strict=False)
        case ast.Assign(targets=targets, value=value):
            yield from ((target, value) for target in targets)
        case ast.AnnAssign(target=name, value=ast.expr() as value):
            yield name, value


class _Texts:
    """The texts that an expression can be, and beside them the words that are values in it."""

    def __init__(self, module: _Module) -> None:
        self.module = module
        self.values: set[str] = set()
        self._within: list[ast.AST] = []

    def of(self, node: ast.expr | None, names: dict[str, list[ast.expr]]) -> set[str]:
        """What it can be; `{}` alone for what the source does not tell."""
        if node is None or node in self._within:
            return set()
        self._within.append(node)
        try:
            return self._of(node, names)
        finally:
            self._within.pop()

    def _of(self, node: ast.expr, names: dict[str, list[ast.expr]]) -> set[str]:
        match node:
            case ast.Constant(value=str() as text):
                return {text.replace("{", "{{").replace("}", "}}")}
            case ast.Constant():
                return set()
            case ast.JoinedStr(values=parts):
                return self._joined(parts, names)
            case ast.BinOp(left=left, right=right, op=ast.Add()):
                return {a + b for a in self.of(left, names) for b in self.of(right, names)}
            case ast.Name(id=name):
                return self._any(names.get(name) or self.module.given.get(name, []), names)
            case ast.Call():
                return self._called(node, names)
        return self._any(_choices(node), names)

    def _any(self, nodes: list[ast.expr], names: dict[str, list[ast.expr]]) -> set[str]:
        return {text for one in nodes for text in self.of(one, names)} or {PLACE}

    def _called(self, call: ast.Call, names: dict[str, list[ast.expr]]) -> set[str]:
        match call.func:
            case ast.Attribute(value=template, attr="format"):
                return {_places(text) for text in self.of(template, names)}
            case ast.Attribute(value=table, attr="get"):
                return self._any([table], names)
            case ast.Name(id=name) if name in self.module.functions:
                return self.returned(name) or {PLACE}
        return {PLACE}

    def returned(self, name: str) -> set[str]:
        """What a function of the module gives back."""
        function = self.module.functions[name]
        names = _given(ast.walk(function))
        given = [one.value for one in ast.walk(function) if isinstance(one, ast.Return | ast.Yield)]
        return {text for one in given for text in self.of(one, names)}

    def _joined(self, parts: list[ast.expr], names: dict[str, list[ast.expr]]) -> set[str]:
        told: list[set[str]] = []
        for part in parts:
            if isinstance(part, ast.FormattedValue):
                within = self.of(part.value, names)
                self.values |= {text for text in within if _is_words(text)}
                told.append({""} & within | {PLACE})
            else:
                told.append(self.of(part, names))
        return {"".join(one) for one in product(*told)}


def _choices(node: ast.expr) -> list[ast.expr]:
    """The expressions of which one is it."""
    match node:
        case ast.IfExp(body=yes, orelse=no):
            return [yes, no]
        case ast.BoolOp(values=parts) | ast.Dict(values=parts):
            return parts
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return parts
        case ast.Subscript(value=ast.Name() as table):
            return [table]
    return []


def _places(text: str) -> str:
    """A template of `str.format` that was taken for a text."""
    return re.sub(r"\{[^{}]*\}", PLACE, text.replace("{{", "{").replace("}}", "}"))


def _is_words(text: str) -> bool:
    """Whether a value is words: more than one of them, and not only values."""
    return " " in text.strip() and any(part.strip(" ():;,.'") for part in text.split(PLACE))


@cache
def _modules() -> tuple[_Module, ...]:
    return tuple(_Module(path) for layer in LAYERS for path in sorted((ROOT / layer).rglob("*.py")))


def _errors() -> dict[str, str]:
    """Classes of our errors, each with its docstring."""
    known = dict.fromkeys(_ROOT_ERRORS, "")
    classes = [
        node
        for module in _modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
    ]
    for _ in range(5):
        for node in classes:
            if any(_last(base) in known for base in node.bases):
                known[node.name] = " ".join((ast.get_docstring(node) or "").split())
    return known


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def messages() -> set[str]:
    """Every message."""
    errors = _errors()
    found: set[str] = set()
    for module in _modules():
        texts = _Texts(module)
        for call, names in module.calls():
            for text in _told(call, module, errors):
                found |= texts.of(text, names)
            if _last(call.func) in errors and not call.args and not call.keywords:
                found.add(errors[_last(call.func)])
        for name in _SPOKEN.get(module.name, ()):
            found |= _spoken(texts, name)
        found |= texts.values
        found |= {errors[name] for name in _raised(module) if name in errors}
    plain = (" ".join(one.removeprefix("ledger: ").split()) for one in found)
    return {text for text in plain if _counts(text)}


def _counts(text: str) -> bool:
    """Whether it is words, and enough of them to be told from a value."""
    letters = sum(letter.isalpha() for letter in text.replace(PLACE, ""))
    return " " in text and letters > _FEWEST_LETTERS


def _told(call: ast.Call, module: _Module, errors: dict[str, str]) -> list[ast.expr]:
    """The arguments of a call that are a message."""
    name, arguments = _last(call.func), call.args
    if (name in errors or name == "Hindrance" or _is_default(call)) and arguments:
        return arguments[:1]
    if name == "ValueError" and module.name in _VALUE_ERRORS:
        return arguments[:1]
    if name in {"note", "_note", "note_of_site"} and module.name.startswith(
        ("ledger/audit", "application/auditing", "archive", "proj")
    ):
        return arguments[-2:]
    if name == "Compression":  # what it says of bytes that it cannot decompress
        return arguments[1:2]
    if name == "append" and _last(getattr(call.func, "value", call.func)) == "wrong":
        return arguments[:1]
    if module.name in _SPOKEN and name.endswith("Answer"):
        return [one.value for one in call.keywords if one.arg == "why"]
    if module.name in _SETTINGS and name in {"text", "names"}:
        return arguments[3:4]
    return []


def _is_default(call: ast.Call) -> bool:
    """`super().__init__(…)`: an error that says itself what it is about."""
    match call.func:
        case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr="__init__"):
            return True
    return False


def _spoken(texts: _Texts, name: str) -> set[str]:
    if name == "*":
        return {text for one in texts.module.functions for text in texts.returned(one)}
    if name in texts.module.functions:
        return texts.returned(name)
    return {text for one in texts.module.given.get(name, []) for text in texts.of(one, {})}


def _raised(module: _Module) -> Iterator[str]:
    """Classes that are raised as they are: their docstring is the message."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Name):
            yield node.exc.id
