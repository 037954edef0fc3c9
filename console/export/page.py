"""The register as one HTML page: nothing is loaded from anywhere, everything is escaped, it prints."""

from collections.abc import Iterable
from html import escape
from typing import Any

from console.export.columns import COLUMNS, controller_rows, register_rows

__all__ = ["register_page"]

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
section { border-top: 1px solid; margin-top: 2rem; break-inside: avoid; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-weight: bold; padding: .5rem 0; }
th, td { border: 1px solid #888; padding: .25rem .5rem; text-align: left; vertical-align: top; }
th { width: 16rem; }
td { overflow-wrap: anywhere; }
.drift { font-weight: bold; }
nav ul { columns: 2; }
@media print { nav { display: none; } body { margin: 0; max-width: none; } a { color: inherit; } }
"""


def register_page(answer: dict[str, Any]) -> bytes:
    """A complete document in UTF-8."""
    controller = answer["controller"]["name"]
    activities = list(zip(answer["activities"], register_rows(answer), strict=True))
    title = f"Register of processing activities of {controller}"
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta http-equiv="Content-Security-Policy"'
        " content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>{escape(title)}</title>",
        f"<style>{_STYLE}</style>",
        "</head>",
        "<body>",
        "<header>",
        f"<h1>{escape(title)}</h1>",
        "<p>General Data Protection Regulation, Article 30.</p>",
        _table("Controller", controller_rows(answer)),
        "</header>",
        _contents(activity for activity, _ in activities),
        "<main>",
        *(_section(activity, row) for activity, row in activities),
        "</main>",
        "</body>",
        "</html>",
    ]
    return "\n".join(parts).encode() + b"\n"


def _contents(activities: Iterable[dict[str, Any]]) -> str:
    links = [
        f'<li><a href="#{_anchor(activity)}">{escape(_heading(activity))}</a></li>'
        for activity in activities
    ]
    return "\n".join(['<nav aria-label="Activities">', "<ul>", *links, "</ul>", "</nav>"])


def _section(activity: dict[str, Any], row: list[str]) -> str:
    anchor = _anchor(activity)
    return "\n".join(
        [
            f'<section aria-labelledby="{anchor}">',
            f'<h2 id="{anchor}">{escape(_heading(activity))}</h2>',
            _table("Declared and observed", zip(COLUMNS, row, strict=True)),
            "</section>",
        ]
    )


def _heading(activity: dict[str, Any]) -> str:
    return str(activity["name"] or activity["activity"])


def _anchor(activity: dict[str, Any]) -> str:
    return escape(f"activity-{activity['activity']}", quote=True)


def _table(caption: str, rows: Iterable[tuple[str, str]]) -> str:
    lines = [
        f'<tr{_mark(name, value)}><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>'
        for name, value in rows
    ]
    return "\n".join(["<table>", f"<caption>{escape(caption)}</caption>", *lines, "</table>"])


def _mark(name: str, value: str) -> str:
    return ' class="drift"' if name == "drift" and value else ""
