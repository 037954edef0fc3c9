"""The diagrams of the documentation: `docs/diagrams/NAME.typ` becomes `docs/images/NAME.svg`.

`python -m tests.architecture.diagrams` writes them; `test_documents.py` compares them. Typst draws them,
which the product has for its PDFs: no program, script or font is needed beside it.
"""

import re
from pathlib import Path

import typst

ROOT = Path(__file__).resolve().parents[2]
TEXTS = ROOT / "docs" / "diagrams"
IMAGES = ROOT / "docs" / "images"
_LIBRARY = "drawing.typ"
# Each colour of `drawing.typ`, and what it is for a reader who asked for dark pages.
_DARK = {
    "#1c2530": "#e4e9ee",
    "#55616e": "#a7b3c0",
    "#fdfdfb": "#171c22",
    "#c9d1d9": "#48535f",
    "#eef1f4": "#262d35",
    "#dcebfa": "#16304a",
    "#2f6fb3": "#6aa9ea",
    "#ddf1e2": "#15372a",
    "#2c8550": "#5fc08a",
    "#fbeed0": "#3d3014",
    "#a8741a": "#e0b45c",
    "#fae0df": "#432221",
    "#b3443f": "#ee918c",
}


def names() -> list[str]:
    """Every diagram."""
    return sorted(path.stem for path in TEXTS.glob("*.typ") if path.name != _LIBRARY)


def drawn(name: str) -> str:
    """A diagram as SVG, light or dark as its reader's pages are."""
    svg = typst.compile(TEXTS / f"{name}.typ", format="svg", ignore_system_fonts=True)
    assert isinstance(svg, bytes)
    text = svg.decode("utf-8")
    start = re.search(r"<svg[^>]*>", text)
    assert start is not None
    return f"{text[: start.end()]}{_style()}{text[start.end() :]}\n"


def _style() -> str:
    rules = "".join(
        f'[{place}="{light}"]{{{place}:{dark}}}'
        for light, dark in _DARK.items()
        for place in ("fill", "stroke")
    )
    return f"<style>@media (prefers-color-scheme:dark){{{rules}}}</style>"


def main() -> None:
    """Draw every diagram."""
    IMAGES.mkdir(exist_ok=True)
    for name in names():
        (IMAGES / f"{name}.svg").write_text(drawn(name), "utf-8")


if __name__ == "__main__":
    main()
