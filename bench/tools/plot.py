"""One way to draw a line chart of a benchmark: an SVG whose bytes follow from the numbers alone."""

from collections.abc import Mapping, Sequence
from pathlib import Path

Points = Sequence[tuple[float, float]]


def draw(
    path: Path,
    lines: Mapping[str, Points],
    *,
    title: str,
    x: str,
    y: str,
    log_y: bool = False,
    log_x: bool = True,
) -> None:
    """Draw lines (label -> points (x, y)); a logarithmic x axis has the points as its ticks."""
    # Not before all is measured: it brings threads, and much that Python's collector would look through.
    import matplotlib
    from matplotlib import pyplot
    from matplotlib.ticker import FuncFormatter, NullLocator

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "processing-ledger"
    matplotlib.rcParams["svg.fonttype"] = "none"
    figure, axes = pyplot.subplots(figsize=(7, 4), layout="constrained")
    for label, points in lines.items():
        axes.plot(*zip(*points, strict=True), marker="o" if log_x else "", label=label)
    if log_x:
        axes.set_xscale("log")
        axes.set_xticks(sorted({place for points in lines.values() for place, _ in points}))
        axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    if log_y:
        axes.set_yscale("log")
    else:
        highest = max((height for points in lines.values() for _, height in points), default=1)
        axes.set_ylim(0, 1.05 * highest or 1)
    axes.set(title=title, xlabel=x, ylabel=y)
    axes.grid(alpha=0.3)
    axes.legend()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
