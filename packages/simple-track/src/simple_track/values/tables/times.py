"""Dates, times and durations of Python, numpy and pandas, as the cells of a table hold them."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np

NANOSECONDS = {"datetime[ns]": "datetime64[ns]", "duration[ns]": "timedelta64[ns]"}
"""Types whose cells are scalars of numpy, as Python's own have microseconds; and the types of these."""


def is_missing(value: Any) -> bool:
    """Whether it stands for no value: None, and what pandas and numpy have for it; not NaN."""
    if value is None:
        return True
    kind = type(value)
    if isinstance(value, np.datetime64 | np.timedelta64):
        return bool(np.isnat(value))
    return kind.__name__ in ("NAType", "NaTType") and kind.__module__.partition(".")[0] == "pandas"


def plain_time(value: Any) -> Any:
    """A date, time or duration as Python's own type; one with nanoseconds as a scalar of numpy.

    What neither holds, such as a zoned time with nanoseconds or a year beyond 9999, stays what it is.

    Args:
        value: Of the types of `datetime`, their subclasses, or the scalars of numpy for times.
    """
    if isinstance(value, np.datetime64):
        return _from_numpy(value, "datetime64", datetime.datetime)
    if isinstance(value, np.timedelta64):
        return _from_numpy(value, "timedelta64", datetime.timedelta)
    if getattr(value, "nanosecond", 0):  # a Timestamp of pandas
        return value if value.tzinfo is not None else plain_time(value.to_datetime64())
    if getattr(value, "nanoseconds", 0):  # a Timedelta of pandas
        return plain_time(value.to_timedelta64())
    return _without_subclass(value)


def kind_of_time(value: Any) -> str | None:
    """The column type of what `plain_time` gives; None where no column holds it."""
    if isinstance(value, np.datetime64 | np.timedelta64):
        return next((kind for kind, dtype in NANOSECONDS.items() if value.dtype == dtype), None)
    if isinstance(value, datetime.datetime):
        if getattr(value, "nanosecond", 0):
            return None
        return "datetime" if value.tzinfo is None else "datetime[UTC]"
    if isinstance(value, datetime.date):
        return "date"
    if isinstance(value, datetime.time):
        return "time" if value.tzinfo is None else None
    if isinstance(value, datetime.timedelta):
        return "duration" if abs(value) < datetime.timedelta(microseconds=2**63) else None
    return None


def with_nanoseconds(value: Any, kind: str) -> Any:
    """A datetime or a duration as the scalar of a column of nanoseconds, or None where it is out of range.

    Args:
        value: Of Python's types.
        kind: The type of the column.
    """
    fine = np.array(value, NANOSECONDS[kind].replace("ns", "us"))
    scalar = fine.astype(NANOSECONDS[kind])
    return scalar[()] if scalar.astype(fine.dtype) == fine else None


def _from_numpy(value: Any, family: str, python: type) -> Any:
    if family == "timedelta64" and np.datetime_data(value.dtype)[0] in ("Y", "M", "generic"):
        return value  # no fixed time
    for unit in ("us", "ns"):
        converted = value.astype(f"{family}[{unit}]")
        exact = bool(converted.astype(value.dtype) == value)
        if exact and unit == "ns":
            return converted
        if exact and isinstance(converted.item(), python):
            return converted.item()
    return value


def _without_subclass(value: Any) -> Any:
    if type(value) in (datetime.datetime, datetime.date, datetime.time, datetime.timedelta):
        return value
    if isinstance(value, datetime.datetime):
        clock = (value.hour, value.minute, value.second, value.microsecond, value.tzinfo)
        return datetime.datetime(value.year, value.month, value.day, *clock, fold=value.fold)
    if isinstance(value, datetime.date):
        return datetime.date(value.year, value.month, value.day)
    if isinstance(value, datetime.timedelta):
        return datetime.timedelta(value.days, value.seconds, value.microseconds)
    return value
