"""The whole of `ledger run`, from a Kafka topic to all views and a signed checkpoint: how far each part is.

`python -m bench.sustained [EVENTS]`, 40,000 unless told otherwise. The mixed events of the sample lie in a
topic on a real broker before the program starts, so every part works as fast as it can beside the others.
"""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence

from bench.tools.arguments import explain, given
from bench.tools.filling import sample
from bench.tools.plot import draw
from bench.tools.results import FOLDER, quote, save
from bench.tools.whole import LOG, METHOD, RECORDED, VIEWS, Look, whole

EVENTS = 40_000
LOOK_S = 1.0
PATIENCE_S = 1_800.0
FULL = (
    f"{METHOD}. All events are in the topic before it starts. Looked at once a second until everything is"
    " recorded, in all views and under a signed checkpoint"
)


def looks(look: Callable[[], Look], events: int) -> Iterator[Look]:
    """What is done, once a second, until all of it is."""
    while True:
        seen = look()
        yield seen
        if min(seen.done.values()) >= events:
            return
        if seen.at_s > PATIENCE_S:
            raise TimeoutError("not everything was done in time")
        time.sleep(LOOK_S)


def figures_of(seen: Sequence[Look], events: int) -> dict[str, float]:
    """Rates, lags in the second and the last quarter, and memory at the peak and in the second quarter."""
    ends = {
        name: next(look.at_s for look in seen if look.done[name] >= events)
        for name in (RECORDED, VIEWS, LOG)
    }
    began = max((look.at_s for look in seen if not look.recorded), default=0.0)
    figures = {f"{name}, events/s": events / (end - began) for name, end in ends.items()}
    busy = [look for look in seen if 0 < look.recorded < events] or list(seen)
    quarter = max(1, len(busy) // 4)
    for when, part in (("second", busy[quarter : 2 * quarter]), ("last", busy[-quarter:])):
        for name in (VIEWS, LOG):
            lags = [look.recorded - look.done[name] for look in part or busy]
            figures[f"{name}, lag in the {when} quarter"] = statistics.median(lags)
    for name in sorted({name for look in seen for name in look.megabytes}):
        figures[f"{name}, MB"] = max(look.megabytes.get(name, 0.0) for look in seen)
    return {name: round(value, 1) for name, value in figures.items()}


def measured(events: int) -> list[Look]:
    """Everything, from the topic to the checkpoint."""
    with whole() as site:
        with site.upstream() as publish:
            publish(list(sample(events)))
        with site.running() as look:
            return list(looks(look, events))


def main(events: int = EVENTS) -> None:
    """Measure, print, and write `docs/performance/sustained.json` and the plots."""
    seen = measured(events)
    figures = figures_of(seen, events)
    for name, value in figures.items():
        print(f"sustained: {name:<44}{value:>12,.1f}")
    every = [one._asdict() for one in seen]
    save("sustained", FULL, {"events": events, "figures": figures, "looks": every})
    quote(
        "sustained", [["", f"{events:,} events"], *([n, f"{v:,.0f}"] for n, v in figures.items())]
    )
    lags = {
        "recording behind the topic": [
            (one.at_s, events - min(events, one.recorded)) for one in seen
        ],
        "views behind recording": [(one.at_s, one.recorded - one.views) for one in seen],
        "log behind recording": [(one.at_s, max(0, one.recorded - one.log)) for one in seen],
    }
    draw(
        FOLDER / "sustained-lags.svg",
        lags,
        title="Lag of each part",
        x="seconds",
        y="events",
        log_x=False,
    )
    names = sorted({name for one in seen for name in one.megabytes})
    memory = {name: [(one.at_s, one.megabytes.get(name, 0.0)) for one in seen] for name in names}
    draw(FOLDER / "sustained-memory.svg", memory, title="Memory", x="seconds", y="MB", log_x=False)


if __name__ == "__main__":
    explain(__doc__, events=EVENTS)
    main(given(EVENTS))
