"""Summary: one value for each metric: the last, or what was defined."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from fnmatch import fnmatchcase
from typing import Any

import attrs

from simple_track.errors import SettingError
from simple_track.storage import exact_json
from simple_track.storage.field_state import FieldState
from simple_track.storage.record import Scalar, as_scalar, flatten

GOALS = {"minimize": "min", "maximize": "max"}
KINDS = ("last", "first", "min", "max", "mean", "none")
Fold = Callable[[Any, Any], Any]


@attrs.frozen(getstate_setstate=False)
class MetricRule(FieldState):
    """What holds for the metrics that a pattern names.

    Args:
        pattern: A name, or a pattern with `*`, `?` and `[…]`.
        step: The metric that is the x axis of these, or None for the step.
        summary: What the summary keeps: last, first, min, max, mean or none.
        goal: "minimize", "maximize", or None if that is not known.
    """

    pattern: str
    step: str | None = None
    summary: str = attrs.field(default="last")
    goal: str | None = None

    @summary.validator
    def _check(self, _: object, value: str) -> None:
        if value not in KINDS:
            raise SettingError("summary", value, KINDS)

    def fits(self, key: str) -> bool:
        """Whether the rule is about this metric."""
        return self.pattern == key or fnmatchcase(key, self.pattern)


def summary_for(summary: str | None, goal: str | None) -> str:
    """What the summary keeps, given what `define_metric` is given.

    Args:
        summary: A kind of summary, "best", or None.
        goal: "minimize", "maximize" or None.

    Raises:
        SettingError: The goal is unknown, or "best" has none.
    """
    if goal is not None and goal not in GOALS:
        raise SettingError("goal", goal, tuple(GOALS))
    if summary == "best" and goal is None:
        raise SettingError('goal of summary="best"', goal, tuple(GOALS))
    if summary in (None, "best"):
        return GOALS[goal] if goal else "last"
    return str(summary)


def rule_for(key: str, rules: list[MetricRule]) -> MetricRule | None:
    """The rule for a metric: the one that names it exactly, else the one defined last."""
    fitting = [rule for rule in rules if rule.fits(key)]
    exact = [rule for rule in fitting if rule.pattern == key]
    return (exact or fitting)[-1] if fitting else None


class Summary(MutableMapping[str, Any]):
    """The summary of a run: a mapping that follows what is logged and can be written to.

    A value that was written by hand stays until the metric is logged again. It may also be a list of plain
    values, and None takes the value away.

    Args:
        on_set: Called with every value that is written by hand (None: it was deleted).
    """

    def __init__(self, on_set: Callable[[str, Any], None] = lambda *_: None) -> None:
        self.values_by_key: dict[str, Any] = {}
        self.rules: list[MetricRule] = []
        self.on_set = on_set
        self.on_rules: Callable[[], object] = lambda: None
        self._folds: dict[str, Fold | None] = {}
        self._sums: dict[str, tuple[int, float]] = {}  # of a mean: how many numbers, and their sum
        self._folded: dict[str, Any] = {}  # what the rules go on from; not what was written by hand

    def define(self, rule: MetricRule) -> None:
        """Add a rule; values that are already there are what the rule goes on from."""
        self.rules = [old for old in self.rules if old.pattern != rule.pattern] + [rule]
        self._folds.clear()
        self.on_rules()
        if rule.summary == "none":
            for key in [key for key in self.values_by_key if rule_for(key, self.rules) is rule]:
                del self.values_by_key[key]

    def observe(self, values: Mapping[str, Scalar]) -> None:
        """Take in what was logged."""
        if not self.rules:
            self.values_by_key.update(values)
            return
        for key, value in values.items():
            fold = self._folds[key] if key in self._folds else self._fold(key)
            if fold is None:
                self.values_by_key[key] = value
            elif (folded := fold(key, value)) is not None:
                self.values_by_key[key] = self._folded[key] = folded

    def restore(self, key: str, value: Any, parts: tuple[int, float] = (0, 0.0)) -> None:
        """Put back a value that the log tells.

        Args:
            key: The metric.
            value: Its value.
            parts: How many numbers are in it, and their sum, when it is a mean.
        """
        self.values_by_key[key] = self._folded[key] = value
        if parts[0]:
            self._sums[key] = parts

    def replace(self, other: Summary) -> None:
        """Replace all values by those of a summary that was rebuilt from the log; the rules stay."""
        self.values_by_key.clear()
        self.values_by_key.update(other.values_by_key)
        self._folded = dict(other._folded)
        self._sums = dict(other._sums)

    def take_over(self, other: Summary, rule: MetricRule) -> None:
        """Put back what the log tells about the metrics of a rule that came after them.

        Args:
            other: The summary that was rebuilt from the log.
            rule: The rule.
        """
        for key in [key for key in self.values_by_key if rule.fits(key) and key not in other]:
            del self.values_by_key[key]
        for key in other:
            if rule.fits(key):
                self.values_by_key[key] = other[key]
        kept = {key for key in {*self._folded, *self._sums} if not rule.fits(key)}
        self._folded = {key: value for key, value in self._folded.items() if key in kept} | {
            key: value for key, value in other._folded.items() if rule.fits(key)
        }
        self._sums = {key: parts for key, parts in self._sums.items() if key in kept} | {
            key: parts for key, parts in other._sums.items() if rule.fits(key)
        }

    def _fold(self, key: str) -> Fold | None:
        rule = rule_for(key, self.rules)
        folds: dict[str, Fold | None] = {"first": self._first, "min": self._min, "max": self._max}
        folds |= {"mean": self._mean, "none": lambda *_: None, "last": None}
        self._folds[key] = folds[rule.summary if rule else "last"]
        return self._folds[key]

    def _first(self, key: str, value: Scalar) -> Any:
        return self._folded.get(key, value)

    def _min(self, key: str, value: Scalar) -> Any:
        return self._better(key, value, lambda new, old: new < old)

    def _max(self, key: str, value: Scalar) -> Any:
        return self._better(key, value, lambda new, old: new > old)

    def _better(self, key: str, value: Scalar, wins: Callable[[Any, Any], bool]) -> Any:
        old = self._folded.get(key)
        if isinstance(value, str) or old is None or isinstance(old, str) or _is_nan(old):
            return self._unless_number(old, value)
        return value if wins(value, old) else old

    def _mean(self, key: str, value: Scalar) -> Any:
        if isinstance(value, str) or _is_nan(value):
            return self._unless_number(self._folded.get(key), value)
        count, total = self._sums.get(key, (0, 0.0))
        self._sums[key] = count, total = count + 1, total + value
        return total / count

    @staticmethod
    def _unless_number(old: Any, value: Scalar) -> Any:
        """What has no order: text stands until there is a number, and NaN until there is another one."""
        if old is None or isinstance(old, str) or (_is_nan(old) and not isinstance(value, str)):
            return value
        return old

    def __getitem__(self, key: str) -> Any:
        return self.values_by_key[key]

    def __setitem__(self, key: str, value: Any) -> None:
        if value is None:
            if key in self:
                del self[key]
            return
        for path, leaf in [(path, _as_kept(path, leaf)) for path, leaf in flatten({key: value})]:
            self.values_by_key[path] = leaf
            self.on_set(path, leaf)

    def __delitem__(self, key: str) -> None:
        del self.values_by_key[key]
        self.on_set(key, None)

    def __iter__(self) -> Iterator[str]:
        return iter(dict(self.values_by_key))

    def __len__(self) -> int:
        return len(self.values_by_key)

    def __repr__(self) -> str:
        return f"Summary({self.values_by_key!r})"


def _as_kept(path: str, value: Any) -> Any:
    """A scalar, or a list of what JSON holds; arrays of more than one number become lists."""
    is_array = exact_json.is_numpy(value) and value.size != 1
    if is_array or isinstance(value, list | tuple):
        return exact_json.decode(exact_json.encode(value, path))
    return as_scalar(path, value)


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)
