"""A browser, and a small server of scripts and files for it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

CHROMIUM = "/usr/bin/chromium"
STATIC = Path(__file__).parents[2] / "web" / "static"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser of this machine."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """Serve an application until the block ends; its address."""
    config = uvicorn.Config(app, port=0, log_level="error", lifespan="off", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            thread.join(0.01)
            assert thread.is_alive()
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


@dataclass
class Files:
    """A server of scripts, and of files that a test puts in. `asked`: their names, as they were asked for."""

    address: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/", lambda _: HTMLResponse("<!doctype html><title>t</title>")),
                Mount("/static", StaticFiles(directory=STATIC)),
                Route("/log/{name:path}", self.give),
            ]
        )

    def give(self, request: Request) -> Response:
        name = request.path_params["name"]
        self.asked.append(name)
        content = self.files.get(name)
        return Response(status_code=404) if content is None else Response(content)


@pytest.fixture(scope="module")
def files() -> Iterator[Files]:
    files = Files()
    with served(files.app()) as address:
        files.address = address
        yield files


Script = Callable[..., object]


@pytest.fixture(scope="module")
def script(chromium: Browser, files: Files) -> Iterator[Script]:
    """Run a function of the browser with the modules of the proof: `script("async (m, x) => …", x)`."""
    page = chromium.new_page()
    page.goto(files.address)
    yield scripted(page)
    page.close()


def scripted(page: Page) -> Script:
    def run(function: str, argument: object = None) -> object:
        return page.evaluate(
            f"""async (argument) => {{
                const names = ["bytes", "entries", "faults", "keys", "log", "memory", "notes", "tiles", "tree"];
                const modules = await Promise.all(names.map((name) => import(`/static/proof/${{name}}.js`)));
                return ({function})(Object.assign({{}}, ...modules), argument);
            }}""",
            argument,
        )

    return run
