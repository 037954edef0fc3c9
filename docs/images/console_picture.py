"""The picture of the console in README: `python docs/images/console_picture.py` writes console.png beside it.

It makes a ledger with made-up events in a folder of its own, starts the console on it, and looks with a real
browser. It is no part of the product. Every person in it is made up.
"""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
PICTURE = Path(__file__).with_name("console.png")
WIDTH, HEIGHT = 1120, 760
# A page has few colours; with these the file is small and no tint changes.
COLOURS = 128
SUBJECT = "customer/10023"


def main() -> None:
    """Write the picture."""
    with console() as link, browser_page() as page:
        page.goto(link)
        page.get_by_role("button").last.click()
        page.goto(f"{page.url.rstrip('/')}/persons/{SUBJECT}?language=en")
        page.wait_for_load_state("networkidle")
        write(page.screenshot())


def write(screenshot: bytes) -> None:
    """Keep a screenshot with few colours."""
    picture = Image.open(BytesIO(screenshot)).convert("RGB")
    few = picture.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(PICTURE, optimize=True)


@contextmanager
def console() -> Iterator[str]:
    """A link into a console on the sample."""
    from application.following import bring_up_to_date
    from console.demo.browser import link_to, running
    from console.demo.ground import demo_settings, fresh_ground
    from consumers.files import ingest
    from host.wiring import open_site, utc_now
    from ledger.clocks import Clocks
    from sample import generating

    with TemporaryDirectory(prefix="ledger-picture-") as folder, ExitStack() as shown:
        Path(folder).chmod(0o755)  # the server's own user passes through
        data_dir = shown.enter_context(fresh_ground(Path(folder) / "data"))
        settings = demo_settings(data_dir, {})
        lines = BytesIO()
        generating.write(
            generating.generate(
                seed=generating.DEFAULT_SEED,
                customers=generating.DEFAULT_CUSTOMERS,
                events=generating.DEFAULT_EVENTS,
                until=utc_now(),
            ),
            lines,
        )
        lines.seek(0)
        with open_site(settings, install_missing=True) as site:
            ingest(site.open_recorder, [("sample", lines)], site.intake, Clocks(site.clock))
            bring_up_to_date(site)
            publisher = site.publisher()
            publisher.publish_once()
            publisher.close()
        with running(settings) as server:
            yield link_to(settings, server, utc_now())


@contextmanager
def browser_page() -> Iterator[Page]:
    """A page of a browser, of the size of the picture."""
    from tests.web.browser import chromium

    with chromium() as browser:
        context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
        yield context.new_page()


if __name__ == "__main__":
    main()
