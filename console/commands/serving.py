"""`ledger serve`: the web console and the HTTP API."""

from contextlib import ExitStack

from console.flags import configured
from consumers.post_metrics import PostMetrics
from host.notes import tell
from host.running.watching import begun, watching
from host.settings import Settings
from host.signals import stopping
from host.wiring import bare_site, utc_now
from web.metrics import WebMetrics
from web.server import console


@configured("store", "register", "serving", "web")
def serve(settings: Settings) -> None:
    """Serve the web console and the HTTP API, until SIGTERM."""
    with (
        watching(settings, "serve", reading=False) as watch,
        stopping() as stop,
        ExitStack() as stack,
    ):
        requests, posts = WebMetrics.on(watch.registry), PostMetrics.on(watch.registry)
        listening = begun(watch, lambda: console(settings, stop, requests, posts), stop)
        server = stack.enter_context(listening)
        stack.enter_context(watch.sampling(stack.enter_context(bare_site(settings, utc_now))))
        watch.ready["console"] = lambda: None if server.started else "it does not listen yet"
        watch.says.info(
            "console", f"the console is on {server.origin.text}", address=server.origin.text
        )
        tell("console", server.origin.text)
        server.run(watch.pulse.beat)
