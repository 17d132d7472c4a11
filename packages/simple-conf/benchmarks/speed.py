"""Speed of simple-conf beside its peers, in one run: python speed.py [ROW…]

Every figure is the best of several repeats of both sides, taken in turn; the last column is the bar.
Needs omegaconf and pyyaml beside simple-conf: they are in the hatch environment `bench-conf`.
"""

from __future__ import annotations

import copy
import gc
import re
import subprocess
import sys
import tempfile
import timeit
import tomllib
from pathlib import Path

import attrs
import cattrs
import yaml
from omegaconf import OmegaConf

from simple_conf import Conf

REPEATS = 25
TEN, SIX = 10, 6


def best(functions, number):
    """Return the best time of one call of each function, in seconds, the functions taken in turn."""
    times = [float("inf")] * len(functions)
    gc.collect()
    for _ in range(REPEATS):
        for at, function in enumerate(functions):
            times[at] = min(times[at], timeit.timeit(function, number=number) / number)
    return times


def show(work, ours, peers, bar):
    """Print one row."""
    ratios = "  ".join(f"{ours / time:8.3f} × {name} ({time * 1e6:.4g} µs)" for name, time in peers.items())
    print(f"{work:<34} {ours * 1e6:10.4g} µs  {ratios}   bar: {bar}")


def sections(count):
    """Return a mapping of ten values a section, with ``count`` values in all."""
    values, section = {}, 0
    while count > 0:
        inner = {}
        for at in range(min(TEN, count)):
            inner[f"key_{at}"] = [at, at / 8, f"text {at}", at % 2 == 0][at % 4]
        values[f"section_{section}"] = inner
        count -= TEN
        section += 1
    return values


def toml_of(values):
    """Return the TOML text of two levels of mappings."""
    lines = []
    for name, inner in values.items():
        lines.append(f"[{name}]")
        for key, value in inner.items():
            text = f'"{value}"' if isinstance(value, str) else str(value).lower()
            lines.append(f"{key} = {text}")
    return "\n".join(lines)


def omega(values):
    """Return an OmegaConf config."""
    return OmegaConf.create(copy.deepcopy(values))


class Bare:
    """The least that an object costs which answers for absent names: what is above it is ours."""

    def __init__(self, **values):
        self.__dict__ = values

    def __getattr__(self, name):
        raise AttributeError(name)


def read():
    """Read three levels, of a config made of a dict and of one that was parsed."""
    values = {"a": {"b": {"c": 1}}}
    space = {
        "cfg": Conf.from_dict(values),
        "parsed": Conf.parse_sdn(Conf.to_sdn(Conf.from_dict(values))),
        "values": values,
        "bare": Bare(a=Bare(b=Bare(c=1))),
        "peer": omega(values),
    }
    statements = ["cfg.a.b.c", "parsed.a.b.c", "values['a']['b']['c']", "bare.a.b.c"]
    ours, parsed, plain, bare = (time / 1000 for time in best(compiled(statements, space), 200))
    theirs = best(compiled(["peer.a.b.c"], space), 1)[0] / 1000
    peers = {"dict": plain, "an empty class with __getattr__": bare, "OmegaConf": theirs}
    bar = "≤ 2 × dict (3.11 takes more for any class with __getattr__)"
    show("read cfg.a.b.c", ours, peers, bar)
    show("read cfg.a.b.c, parsed", parsed, peers, bar)


def compiled(statements, space):
    """Return functions that run a statement a thousand times each, so that the call itself does not count."""
    made = []
    for statement in statements:
        scope = dict(space)
        body = "".join(f"    {statement}\n" for _ in range(1000))
        exec(f"def run({', '.join(space)}):\n{body}", scope)
        arguments = list(space.values())
        made.append(lambda run=scope["run"], arguments=arguments: run(*arguments))
    return made


def load(count, bars):
    """Load a file of ``count`` values."""
    values = sections(count)
    sdn, toml, text = Conf.to_sdn(Conf.from_dict(values)), toml_of(values), yaml.safe_dump(values)
    assert Conf.to_dict(Conf.parse_sdn(sdn)) == tomllib.loads(toml) == yaml.safe_load(text) == values
    number = max(1, 2000 // count)
    ours, theirs, fast = best(
        [
            lambda: Conf.parse_sdn(sdn),
            lambda: tomllib.loads(toml),
            lambda: yaml.load(text, yaml.CSafeLoader),
        ],
        number,
    )
    peers = {"tomllib": theirs, "PyYAML C": fast}
    if count < 1000:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "c.yaml")
            path.write_text(text)
            peers["OmegaConf"] = best([lambda: OmegaConf.load(path)], 3)[0]
    show(f"load {count:,} keys", ours, peers, bars)


def load_table():
    """Load a table of 5,000 rows."""
    rows = [{"id": n, "name": f"user {n}", "score": n / 4, "ok": n % 2 == 0} for n in range(5000)]
    sdn = "users |id, name, score, ok|\n" + "".join(
        f"    {r['id']}, {r['name']}, {r['score']}, {str(r['ok']).lower()}\n" for r in rows
    )
    toml = "".join(
        f'[[users]]\nid = {r["id"]}\nname = "{r["name"]}"\n'
        f"score = {r['score']}\nok = {str(r['ok']).lower()}\n"
        for r in rows
    )
    text = yaml.safe_dump({"users": rows})
    assert Conf.to_dict(Conf.parse_sdn(sdn))["users"] == tomllib.loads(toml)["users"] == rows
    ours, theirs, fast = best(
        [
            lambda: Conf.parse_sdn(sdn),
            lambda: tomllib.loads(toml),
            lambda: yaml.load(text, yaml.CSafeLoader),
        ],
        1,
    )
    show(
        "load a 5,000-row table",
        ours,
        {"tomllib": theirs, "PyYAML C": fast},
        "≤ 0.25 × tomllib, ≤ 0.1 × C loader",
    )


def plain_merge(base, over):
    """Merge dicts without copying."""
    for key, value in over.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            plain_merge(base[key], value)
        else:
            base[key] = value
    return base


def merge():
    """Merge three configs of 62 values."""
    values = [sections(62) for _ in range(3)]
    for at, one in enumerate(values):
        one["section_0"]["key_0"] = at
        one["section_1"][f"own_{at}"] = at
    ours_in, theirs_in = [Conf.from_dict(one) for one in values], [omega(one) for one in values]

    def plainly():
        result = {}
        for one in values:
            plain_merge(result, one)
        return result

    ours, plain = best([lambda: Conf.merge(*ours_in), lambda: plain_merge_three(values)], 300)
    (theirs,) = best([lambda: OmegaConf.merge(*theirs_in)], 3)
    show("merge three 62-key configs", ours, {"plain merge": plain, "OmegaConf": theirs}, "≤ 8 × plain")


def plain_merge_three(values):
    """Merge three dicts into the first without copying."""
    first, second, third = values
    return plain_merge(plain_merge(first, second), third)


def resolve():
    """Resolve 50 interpolations."""
    values = sections(62)
    values["refs"] = {f"ref_{n}": f"${{section_{n % 6}.key_{n % 10}}}" for n in range(50)}
    peer = omega(values)
    form = re.compile(r"\$\{([^}]*)\}")

    def look_up(match):
        found = values
        for part in match[1].split("."):
            found = found[part]
        return str(found)

    def substitute():
        return {key: form.sub(look_up, text) for key, text in values["refs"].items()}

    cfg = Conf.from_dict(values)
    refs = cfg.refs

    def ours_once():
        cfg.__tree__.forget(("x",))
        return [refs[key] for key in refs]

    ours, plain = best([ours_once, substitute], 300)
    keys = list(values["refs"])
    (theirs,) = best([lambda: [peer.refs[key] for key in keys]], 3)
    show("resolve 50 interpolations", ours, {"regex": plain, "OmegaConf": theirs}, "≤ 3 × regex")


def validate():
    """Validate 62 values into a schema."""
    values = sections(62)
    kinds = {int: int, float: float, str: str, bool: bool}
    fields = {}
    for name, inner in values.items():
        section = attrs.make_class(
            name.title(),
            {key: attrs.field(type=kinds[type(value)]) for key, value in inner.items()},
            frozen=True,
        )
        fields[name] = attrs.field(type=section)
    schema = attrs.make_class("App", fields, frozen=True)
    cfg, converter = Conf.from_dict(values), cattrs.Converter()
    Conf.validate(schema, cfg)
    converter.structure(values, schema)
    ours, theirs = best(
        [lambda: Conf.validate(schema, cfg), lambda: converter.structure(values, schema)], 300
    )
    show("validate into a schema", ours, {"cattrs": theirs}, "≤ 2 × cattrs")


def start():
    """Import in a fresh process; import and load a first file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "c.sdn")
        path.write_text(Conf.to_sdn(Conf.from_dict(sections(62))))
        clock = "import time; t = time.perf_counter(); "
        end = "; print(time.perf_counter() - t)"
        cases = {
            "import simple_conf": ("import simple_conf", "≤ 30 ms"),
            "import + first load": (f"import simple_conf; simple_conf.Conf.load({str(path)!r})", "≤ 60 ms"),
            "import omegaconf": ("import omegaconf", "-"),
        }
        for name, (code, bar) in cases.items():
            times = []
            for _ in range(REPEATS):
                done = subprocess.run(
                    [sys.executable, "-I", "-c", clock + code + end],
                    capture_output=True,
                    text=True,
                    check=True,
                )
                times.append(float(done.stdout))
            print(
                f"{name:<34} {min(times) * 1e3:10.4g} ms"
                f" (median {sorted(times)[len(times) // 2] * 1e3:.4g})   bar: {bar}"
            )


ROWS = {
    "read": read,
    "load62": lambda: load(62, "≤ 1 × tomllib"),
    "load5000": lambda: load(5000, "≤ 0.7 × tomllib, ≤ 0.3 × C loader"),
    "table": load_table,
    "merge": merge,
    "resolve": resolve,
    "validate": validate,
    "start": start,
}

if __name__ == "__main__":
    for row in sys.argv[1:] or ROWS:
        ROWS[row]()
