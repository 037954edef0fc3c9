"""A small server of scripts and of files that a test puts in, and functions that run in the browser."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from playwright.sync_api import Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

STATIC = Path(__file__).parents[2] / "web" / "static"


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


Script = Callable[..., Any]


def scripted(page: Page) -> Script:
    """Runs a function with the modules of the proof: `run("async (m, x) => …", x)`."""

    def run(function: str, argument: object = None) -> Any:
        return page.evaluate(
            f"""async (argument) => {{
                const names = "bytes entries faults keys log memory notes tiles tree".split(" ");
                const load = (name) => import(`/static/proof/${{name}}.js`);
                const modules = await Promise.all(names.map(load));
                return ({function})(Object.assign({{}}, ...modules), argument);
            }}""",
            argument,
        )

    return run
