"""Damage stores at random, and read them by every way: only errors of the package may come, and what is
undamaged must read as before.

Usage: damage.py FOLDER SEED NUMBER. Prints what escaped, and the number of stores that were tried.
"""

import collections
import random
import re
import shutil
import sys
import traceback
import warnings
from pathlib import Path

from simple_track import Track, TrackError
from simple_track.exchange import export
from simple_track.maintenance.doctor import examine
from simple_track.maintenance.garbage import find_garbage
from simple_track.storage.layout import Layout
from simple_track.storage.pack import pack

TOKENS = [b"null", b"[]", b"{}", b"-1", b"1e999", b'"x"', b"\xff", b"\n", b"", b"true", b"[[[[", b"9" * 400]
TOKENS += [b"../../../etc/passwd", b"\x00", b'"\\ud800"', b"-0.0", b"1e308", b"{" * 200, b"0" * 64, b"\r"]
WORD = re.compile(rb'(?<=[:,\[ ])("[^"]*"|-?[\d.]+)')
LOGGED = [number / 2 for number in range(20)]


def make_store(folder):
    """Write a store of four runs: a packed, a rewound, an edited and a plain one, which is left undamaged.

    Args:
        folder: The store.

    Returns:
        The ids of the runs; the undamaged one is the last.
    """
    ids = []
    for number in range(4):
        with Track.run(project="p", dir=folder, system=False, config={"lr": 0.1, "n": number}) as run:
            run.define_metric("loss", summary="min")
            for index, value in enumerate(LOGGED):
                run.log({"loss": value, "note": "x"} if index % 5 == 0 else {"loss": value})
            if number == 1:
                run.rewind(10)
                run.log({"loss": 7.0}, step=10)
            run.log_text("text", "hello")
            run.log_table("table", Track.Table(["a"], [[1]]))
            artifact = Track.Artifact("m", "model")
            artifact.add_bytes(b"x" * 5000 + b"%d" % number, "file")
            run.log_artifact(artifact, "best")
            run.summary["hand"] = number
        ids.append(run.id)
    pack(Track.load(ids[0], dir=folder).layout)
    Track.edit(ids[2], name="edited", tags=["a"], archived=True, dir=folder)
    Track.runs(where="summary.loss >= 0", dir=folder)  # fills the caches
    return ids


def damage(path, dice):
    """Damage one file.

    Args:
        path: The file.
        dice: Chooses how.
    """
    kind = dice.randrange(8)
    data = bytearray(path.read_bytes())
    if kind in (0, 1):
        path.unlink()
        if kind == 0:
            path.mkdir()
        return
    if kind == 2:
        data = data[: dice.randrange(len(data) + 1)]
    elif kind == 3 and data:
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    elif kind == 4:
        at = dice.randrange(len(data) + 1)
        data[at : at + dice.randrange(6)] = dice.choice(TOKENS)
    elif kind == 5 and (words := list(WORD.finditer(bytes(data)))):
        word = dice.choice(words)
        data[word.start() : word.end()] = dice.choice(TOKENS)
    elif kind == 6 and (lines := data.splitlines(keepends=True)):
        lines.insert(dice.randrange(len(lines) + 1), dice.choice(lines))
        data = bytearray(b"".join(lines))
    else:
        data = bytearray(dice.randbytes(dice.randrange(200)))
    path.chmod(0o644)
    path.write_bytes(bytes(data))


class Reader:
    """Reads a store by every way, and counts what escapes.

    Args:
        ids: The runs; the last one is undamaged.
    """

    def __init__(self, ids):
        self.ids = ids
        self.escaped = collections.Counter()

    def attempt(self, name, call):
        """Call something; returns None after an error of the package, which is allowed."""
        try:
            return call()
        except TrackError as error:
            str(error)
        except Exception as error:
            self.note(f"{name}: {type(error).__name__}: {str(error)[:80]}")
        return None

    def note(self, what):
        """Count what should not be."""
        if what not in self.escaped:
            print(what, traceback.format_exc(), flush=True)
        self.escaped[what] += 1

    def read(self, store, out):
        """Read everything.

        Args:
            store: The damaged store.
            out: A folder for what is exported and downloaded.
        """
        attempt, good = self.attempt, self.ids[-1]
        runs = attempt("runs", lambda: Track.runs(dir=store, archived=True)) or []
        if good not in [run.id for run in runs]:
            self.note("the undamaged run is not listed")
        found = attempt(
            "where", lambda: Track.runs(where="summary.loss >= 0", order="-start_time", dir=store)
        )
        if good not in [run.id for run in found or []]:
            self.note("the undamaged run is not found")
        history = attempt("good history", lambda: Track.load(good, dir=store).history()["loss"].tolist())
        if history != LOGGED:
            self.note("the undamaged numbers are wrong")
        rows = attempt(
            "query", lambda: list(Track.query("select * from metrics where key = 'loss'", dir=store))
        )
        if [row["value"] for row in rows or [] if row["run"] == good] != LOGGED:
            self.note("the undamaged numbers are wrong in SQL")
        for run in runs:
            self.read_run(run)
        for run in self.ids:
            attempt("load", lambda run=run: self.read_run(Track.load(run, dir=store)))
        attempt("frame", lambda: Track.frame(dir=store))
        attempt("doctor", lambda: list(examine(Layout(store), deep=True)))
        attempt("gc", lambda: find_garbage(Layout(store)))
        for reference in ("m:v0", "m:latest", "m:best", "m:v3"):
            version = attempt("artifact", lambda ref=reference: Track.artifact(ref, project="p", dir=store))
            if version is not None:
                for name in ("aliases", "metadata", "files", "size"):
                    attempt(name, lambda name=name, version=version: getattr(version, name))
                attempt("verify", version.verify)
                attempt("download", lambda version=version: version.download(out / "download"))
        attempt("csv", lambda: export(runs, "csv", out / "runs.csv"))
        attempt("json", lambda: export(runs, "json", out / "runs.json"))

    def read_run(self, run):
        """Read one run."""
        ways = {
            "history": run.history,
            "rewound": lambda: run.history(rewound=True),
            "events": run.events,
            "media": lambda: run.media("text"),
            "table": lambda: run.table("table"),
            "summary": lambda: dict(run.summary),
            "follow": lambda: run.state == "running" or list(run.follow(poll=0.001)),
            "metadata": lambda: (run.config, run.rules, run.name, run.tags, run.state),
            "times": lambda: (str(run.start_time), str(run.end_time), run.duration),
            "html": run._repr_html_,
            "counts": run.metric_counts,
        }
        for name, way in ways.items():
            self.attempt(name, way)


def damage_stores(folder, seed, number):
    """Damage a store many times, read it each time, and print what escapes when it comes.

    Args:
        folder: A folder for the stores, which is created.
        seed: The seed of what is damaged.
        number: How many stores are tried.
    """
    dice = random.Random(seed)
    source, store, out = folder / "source", folder / "store", folder / "out"
    reader = Reader(make_store(source))
    good = reader.ids[-1]
    files = sorted(path.relative_to(source) for path in source.rglob("*") if path.is_file())
    files = [path for path in files if good not in path.parts]
    for count in range(1, number + 1):
        for old in (store, out):
            shutil.rmtree(old, ignore_errors=True)
        shutil.copytree(source, store)
        out.mkdir()
        for path in dice.sample(files, dice.choice([1, 1, 1, 2, 3])):
            damage(store / path, dice)
        reader.read(store, out)
        if count % 100 == 0:
            print(count, flush=True)
    print(number, "stores; escaped:", dict(reader.escaped) or "nothing")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    damage_stores(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
