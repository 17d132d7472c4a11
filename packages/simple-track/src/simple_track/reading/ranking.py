"""The order in which metrics are shown: those that matter first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from simple_track.reading.summary import MetricRule, rule_for

LAST_PREFIXES = ("gradients/", "parameters/", "system/")
"""What is watched or sampled without being logged by name."""


def rank_metrics(counts: Mapping[str, int], rules: Sequence[MetricRule] = ()) -> list[str]:
    """Order metrics: those of `define_metric` first, then by count, and what is watched or sampled last.

    Args:
        counts: For each metric a count, such as the number of runs that have it; equal ones keep their order.
        rules: The rules, in the order of their definition; a metric that is only an axis is not moved up.
    """
    places = {rule.pattern: place for place, rule in enumerate(rules)}
    known = list(rules)

    def place(key: str) -> tuple[int, int, int]:
        rule = rule_for(key, known)
        if rule is not None and rule.summary != "none":
            return 0, places[rule.pattern], -counts[key]
        return (2 if key.startswith(LAST_PREFIXES) else 1), 0, -counts[key]

    return sorted(counts, key=place)


def newest_rules(rules: Iterable[Sequence[MetricRule]]) -> list[MetricRule]:
    """The rules of several runs, each pattern once, as the first run that has it defines it.

    Args:
        rules: The rules of each run.
    """
    found: dict[str, MetricRule] = {}
    for own in rules:
        for rule in own:
            found.setdefault(rule.pattern, rule)
    return list(found.values())
