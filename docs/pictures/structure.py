"""Draw the sub-packages of each package as a stack of layers: ``python docs/pictures/structure.py``.

Reads ``tools/layers.toml``; the picture is ``structure.png`` beside this file.
"""

import tomllib
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.patches import FancyBboxPatch

ROOT = Path(__file__).resolve().parents[2]
COLOURS = {"simple_conf": "#2f6fb0", "simple_track": "#3a8f5c", "simple_ignite": "#b0632f"}
WIDTH, GAP, ROW = 4.4, 0.5, 0.5


def draw(picture: Path) -> None:
    """Write the picture."""
    packages = tomllib.loads((ROOT / "tools/layers.toml").read_text("utf-8"))
    tallest = max(len(entry["layers"]) for entry in packages.values())
    figure, axes = plt.subplots(figsize=(10.4, 0.46 * tallest + 0.7), dpi=150)
    for column, (package, entry) in enumerate(packages.items()):
        left = column * (WIDTH + GAP)
        for level, names in enumerate(entry["layers"]):
            folder = ROOT / "packages" / package.replace("_", "-") / "src" / package
            draw_layer(axes, left, level * ROW, names, folder, COLOURS[package])
        top = len(entry["layers"]) * ROW
        axes.text(left, top + 0.12, package, fontsize=11, weight="bold", color=COLOURS[package], va="bottom")
    axes.text(0, -0.12, "Each layer imports only from layers below it. Bold: sub-packages.", fontsize=8,
              color="#666666", va="top")  # fmt: skip
    axes.set(xlim=(-0.05, 3 * WIDTH + 2 * GAP + 0.05), ylim=(-0.45, tallest * ROW + 0.45))
    axes.axis("off")
    figure.savefig(picture, bbox_inches="tight", facecolor="white")


def draw_layer(
    axes: plt.Axes, left: float, bottom: float, names: list[str], folder: Path, colour: str
) -> None:
    """Draw one layer, its sub-packages and modules side by side."""
    space = 0.08
    total = sum(len(name) + 4 for name in names)
    free = WIDTH - space * (len(names) - 1)
    for name in names:
        width = free * (len(name) + 4) / total
        is_folder = (folder / name).is_dir()
        box = FancyBboxPatch((left, bottom), width, ROW - 0.1, boxstyle="round,pad=0,rounding_size=0.06",
                             linewidth=0, facecolor=colour, alpha=0.3 if is_folder else 0.12)  # fmt: skip
        axes.add_patch(box)
        size = min(8.5, 8.5 * width / (0.135 * len(name) + 0.1))
        axes.text(left + width / 2, bottom + (ROW - 0.1) / 2, name, ha="center", va="center", fontsize=size,
                  weight="bold" if is_folder else "normal", color="#222222")  # fmt: skip
        left += width + space


if __name__ == "__main__":
    target = Path(__file__).with_name("structure.png")
    draw(target)
    print(target)
