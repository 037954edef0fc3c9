"""`ledger serve`: the web console and the HTTP API."""

from console.flags import configured
from consumers.post_metrics import PostMetrics
from host.notes import tell
from host.running.watching import watching
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
        console(
            settings, stop, WebMetrics.on(watch.registry), PostMetrics.on(watch.registry)
        ) as server,
        bare_site(settings, utc_now) as site,
        watch.sampling(site),
    ):
        watch.ready["console"] = lambda: None if server.started else "it does not listen yet"
        watch.says.info(
            "console", f"the console is on {server.origin.text}", address=server.origin.text
        )
        tell("console", server.origin.text)
        server.run(watch.pulse.beat)
