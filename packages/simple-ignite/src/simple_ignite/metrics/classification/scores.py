"""Values of a class as fractions of its counts: what precision, recall and the like are."""

from __future__ import annotations

from simple_ignite.metrics.classification.averaging import Fraction
from simple_ignite.metrics.classification.counts import Table


def precision(table: Table) -> Fraction:
    """Return tp / (tp + fp)."""
    return Fraction(table.tp, table.tp + table.fp)


def recall(table: Table) -> Fraction:
    """Return tp / (tp + fn)."""
    return Fraction(table.tp, table.tp + table.fn)


def miss_rate(table: Table) -> Fraction:
    """Return fn / (tp + fn), one minus recall."""
    return Fraction(table.fn, table.tp + table.fn)


def specificity(table: Table) -> Fraction:
    """Return tn / (tn + fp)."""
    return Fraction(table.tn, table.tn + table.fp)


def f_beta(table: Table, *, beta: float) -> Fraction:
    """Return (1 + β²) tp / ((1 + β²) tp + β² fn + fp), of van Rijsbergen (1979)."""
    square = beta**2
    hits = (1 + square) * table.tp
    return Fraction(hits, hits + square * table.fn + table.fp)


def f1(table: Table) -> Fraction:
    """Return 2 tp / (2 tp + fp + fn)."""
    return Fraction(2 * table.tp, 2 * table.tp + table.fp + table.fn)


def jaccard(table: Table) -> Fraction:
    """Return tp / (tp + fp + fn)."""
    return Fraction(table.tp, table.tp + table.fp + table.fn)


def accuracy(table: Table) -> Fraction:
    """Return (tp + tn) / all."""
    return Fraction(table.tp + table.tn, table.total())


def error_rate(table: Table) -> Fraction:
    """Return (fp + fn) / all."""
    return Fraction(table.fp + table.fn, table.total())
