"""The options of `Track.run`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import attrs


@attrs.define(kw_only=True)
class RunOptions:
    """The arguments of `Track.run`, which documents them."""

    project: str
    name: str | None = None
    config: Any = None
    tags: Sequence[str] = ()
    notes: str = ""
    dir: str | os.PathLike[str] | None = None
    resume: bool | str = False
    rewind: int | None = None
    reinit: bool | str | None = None
    group: str | None = None
    job_type: str | None = None
    system: bool | None = None
    console: bool = False
    shared: bool = False
    strict: bool = False
