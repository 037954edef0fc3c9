"""A real browser: Debian's Chromium, one a process, a context of its own for each test.

Nothing is downloaded. `make check` installs the program.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

WIDTHS = (320, 768, 1920)
"""The widths at which every page is complete."""
PATIENCE_MS = 120_000
"""How long a test waits for what a page will show. A machine with other work takes long."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window. A machine that has none fails: no test is skipped."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "the tests of pages need Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            # In a container without user namespaces, where CI runs, the sandbox cannot start. What runs
            # for a tenth of a second is not worth to be compiled well: axe takes two thirds without that.
            args=[
                "--no-sandbox",
                "--disable-dev-shm-usage",
                "--disable-gpu",
                "--js-flags=--no-opt,--no-maglev",
            ],
        )
        try:
            yield browser
        finally:
            browser.close()


def with_axe(page: Page) -> Page:
    """Let a tab bring axe to each page that it opens: that costs a third of sending it afterwards."""
    from axe_playwright_python.base import AXE_SCRIPT

    page.add_init_script(AXE_SCRIPT)
    return page


def problems(page: Page) -> list[str]:
    """What axe finds on a page that breaks WCAG 2.2 at level A or AA, with where it is.

    Only that leaves the browser: of each page there is far more that is in order.
    """
    from axe_playwright_python.base import AXE_SCRIPT

    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found, legible = page.evaluate(_JUDGE, [_OPTIONS, sorted(_legible)])
    _legible.update(legible)
    return [
        f"{rule['id']}: {node['target']}: {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]


_legible: set[str] = set()
"""Text, the colours of it and of all that is behind it, which axe found legible in this process."""
# A third of axe's work is to judge contrast, and a console has some 50 combinations of colours. Whether text
# is legible follows from its colour, size and weight, and from what its ancestors paint behind it. So what
# axe passed once passes again. What it did not pass, what is positioned and what is in a picture it judges
# each time: something else may be behind it.
_JUDGE = """async ([options, known]) => {
  const legible = new Set(known);
  const painted = ["backgroundColor", "backgroundImage", "opacity", "filter", "mixBlendMode"];
  const nothing = "rgba(0, 0, 0, 0) none 1 none normal";
  const colours = (element) => {
    if (element.closest("svg")) return null;
    const own = getComputedStyle(element);
    const seen = [own.color, own.fontSize, own.fontWeight, own.textShadow];
    for (let one = element; one; one = one.parentElement) {
      const style = getComputedStyle(one);
      if (!["static", "relative"].includes(style.position)) return null;
      const behind = painted.map((name) => style[name]).join(" ");
      if (behind !== nothing) seen.push(behind);
    }
    return seen.join("|");
  };
  const check = axe._audit.checks["color-contrast"];
  const evaluate = check.evaluate;
  check.evaluate = function (element, ...more) {
    const seen = colours(element);
    if (legible.has(seen)) return true;
    const verdict = evaluate.call(this, element, ...more);
    if (verdict === true && seen) legible.add(seen);
    return verdict;
  };
  try {
    return [(await axe.run(options)).violations, [...legible]];
  } finally {
    check.evaluate = evaluate;
  }
}"""
_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_OPTIONS = {"runOnly": [*_TAGS], "resultTypes": ["violations"]}


def spaced(page: Page) -> None:
    """Space the text of a page as WCAG 1.4.12 lets a reader do; nothing may be lost by it."""
    page.evaluate(
        """() => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
            word-spacing: .16em !important; } p { margin-block-end: 2em !important; }`);
          document.adoptedStyleSheets = [sheet];
        }"""
    )


def overflowing(page: Page) -> list[str]:
    """What stands wider than the page: nobody should scroll sideways, but within a region made for it."""
    found: list[str] = page.evaluate(
        """() => {
          const wide = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= wide) return [];
          return [...document.body.querySelectorAll("*")]
            .filter((one) => one.getBoundingClientRect().right > wide + 1 && !one.closest(".scroll"))
            .map((one) => one.outerHTML.slice(0, 120));
        }"""
    )
    return found
