"""Draw the curves of the latest digits run: ``python docs/pictures/curves.py`` after ``hatch run demo``."""

import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt

from simple_track import Track

BLUE, ORANGE, GREEN = "#2f6fb0", "#d9822b", "#3a8f5c"


def draw(run_folder: str, picture: Path) -> None:
    """Write the picture of the latest run in `run_folder`."""
    run = Track.runs(project="digits", dir=run_folder)[0]
    train = run.history(keys=["train/loss"])
    val = run.history(keys=["val/loss", "val/accuracy"])
    plt.rcParams.update({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False})
    figure, (left, right) = plt.subplots(1, 2, figsize=(8.4, 2.9), dpi=150, layout="constrained")
    left.plot(train["step"], train["train/loss"], color=BLUE, alpha=0.55, linewidth=0.8, label="train/loss")
    left.plot(val["step"], val["val/loss"], color=ORANGE, linewidth=1.6, label="val/loss")
    left.set(xlabel="step", yscale="log", title="loss")
    left.legend(frameon=False)
    right.plot(val["step"], val["val/accuracy"], color=GREEN, linewidth=1.6, marker="o", markersize=3)
    best = max(val["val/accuracy"])
    right.axhline(best, color="grey", linewidth=0.7, linestyle=":")
    right.annotate(f"best {best:.1%}", (val["step"][-1], best), ha="right", va="bottom", color="grey")
    right.set(xlabel="step", title="val/accuracy")
    figure.suptitle(f"{run.project} · {run.name} · {run.state} · {len(train['step'])} steps", fontsize=10)
    figure.savefig(picture)


if __name__ == "__main__":
    folder = sys.argv[1] if len(sys.argv) > 1 else ".simple"
    draw(folder, Path(__file__).with_suffix(".png"))
