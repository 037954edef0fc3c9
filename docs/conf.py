"""How the site is built (ADR 64). `make site` writes it to `build/site`; every warning is an error.

The source is the whole repository, so that a link from a page to `CONTRIBUTING.md` is the same on the site
as in the repository. Only `docs/` and the pages beside it are read.
"""

import re
from pathlib import Path

from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parent.parent

project = "Processing Ledger"
author = "the maintainers of Processing Ledger"
copyright = f"{author}, Apache-2.0"
extensions = ["myst_parser"]
root_doc = "docs/index"
include_patterns = ["docs/**", "*.md"]
exclude_patterns = [path.name for path in ROOT.iterdir() if path.is_dir() and path.name != "docs"]

# A link to a heading is checked as strictly as one to a page.
nitpicky = True
myst_heading_anchors = 4
myst_enable_extensions = ["attrs_block"]
# A line of events is CloudEvents, and a trace of a shell is not Python: show them as they are.
suppress_warnings = ["misc.highlighting_failure"]
# Quotes become round, but two hyphens stay two: they begin an option.
smartquotes_action = "qe"

html_theme = "furo"
html_title = project
html_static_path = ["site"]
html_css_files = ["site.css"]
html_extra_path = ["site/index.html"]
# The site says nothing of the machine or the day that it was built on, and loads nothing from elsewhere.
html_last_updated_fmt = None
html_show_sphinx = False
html_copy_source = False
html_theme_options = {"top_of_page_buttons": []}


SUBJECTS = "docs/decisions/subjects/"


def setup(app: Sphinx) -> None:
    """Connect what fills in a page while the site is built."""
    app.connect("source-read", _list_decisions)


def _list_decisions(app: Sphinx, page: str, source: list[str]) -> None:
    """Add to the page of a subject the decisions that the list of all of them has under the same heading.

    So the menu groups them, and they are listed in one file.
    """
    if not page.startswith(SUBJECTS):
        return
    title = source[0].partition("\n")[0].removeprefix("# ")
    listed = (ROOT / "docs/decisions/README.md").read_text("utf-8")
    section = listed.partition(f"## {title}\n")[2].partition("\n## ")[0]
    files = "\n".join(f"../{name}" for name in re.findall(r"\]\((\d{4}-.+)\.md\)", section))
    source[0] += f"\n```{{toctree}}\n{files}\n```\n"
