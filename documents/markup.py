"""Pieces of a page in HTML. Every text is escaped here and nowhere else; nothing is ever loaded."""

from collections.abc import Iterable, Sequence
from html import escape
from itertools import zip_longest

from application.times import localized
from documents.text import clean


class Html(str):
    """Markup that is escaped already."""

    __slots__ = ()


def text(value: object) -> Html:
    """A value as text that cannot be markup; an instant as a clock here shows it."""
    return value if isinstance(value, Html) else Html(escape(localized(clean(value)), quote=True))


def element(name: str, *content: object, **attributes: str) -> Html:
    """An element. Names of attributes are written as in Python: `class_`, `aria_label`."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{text(value)}"' for key, value in attributes.items()
    )
    return Html(f"<{name}{written}>{join(*content)}</{name}>")


def join(*content: object) -> Html:
    """Pieces one after the other; None is nothing."""
    return Html("".join(text(piece) for piece in content if piece is not None))


def items(entries: Iterable[object]) -> Html:
    """A list."""
    return element("ul", *(element("li", entry) for entry in entries))


def table(
    caption: str | None,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    class_: str | None = None,
    labelled: bool = True,
) -> Html:
    """A table whose rows begin with their heading; numbers stand to the right. No columns: no head.

    `labelled`: each cell names its column, for narrow pages, where a row becomes a list without a head.
    """
    body = [list(row) for row in rows]
    numeric = [any(isinstance(row[place], int) for row in body) for place in range(len(columns))]
    head = map(_heading, columns, numeric)
    return element(
        "table",
        element("caption", caption) if caption else None,
        element("thead", element("tr", *head)) if columns else None,
        element(
            "tbody", *(join(Html("\n"), _row(row, columns[1:] if labelled else ())) for row in body)
        ),
        **({"class_": class_} if class_ else {}),
    )


def _heading(column: str, is_number: bool) -> Html:
    return element("th", column, scope="col", **({"class_": "number"} if is_number else {}))


def _row(cells: Sequence[object], columns: Sequence[str]) -> Html:
    first, *rest = cells
    others = (_cell(cell, column) for cell, column in zip_longest(rest, columns))
    return element("tr", element("th", text(first), scope="row"), *others)


def _cell(cell: object, column: str | None) -> Html:
    marks = {"data_label": column} if column else {}
    # `bool` is an `int` in Python: "yes" is no number.
    if isinstance(cell, int) and not isinstance(cell, bool):
        return element("td", str(cell), class_="number", **marks)
    return element("td", cell, **marks)


def document(language: str, title: str, style: str, *body: object) -> bytes:
    """A complete document in UTF-8, a piece of its body a line."""
    lines = [
        "<!DOCTYPE html>",
        f'<html lang="{text(language)}">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        # Even if a value got past the escaping, the page would load and run nothing.
        '<meta http-equiv="Content-Security-Policy"'
        " content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        element("title", title),
        f"<style>\n{style}</style>",
        "</head>",
        "<body>",
        *(text(piece) for piece in body if piece is not None),
        "</body>",
        "</html>",
    ]
    return "\n".join(lines).encode() + b"\n"
