"""Writing values into a run's folder and reading them back, whatever their kind."""

from __future__ import annotations

from typing import Any

from simple_track.errors import TrackError, ValueKindError
from simple_track.storage.layout import RunLayout
from simple_track.values.image import Image, Images
from simple_track.values.media import read_media
from simple_track.values.table import Table
from simple_track.values.value import Body, DamagedValueError, Value, ValueFolder


def is_value(obj: object) -> bool:
    """Whether it is logged by `write_value`: a histogram, a table, any media, or a list of images."""
    if isinstance(obj, Value):
        return True
    return isinstance(obj, list | tuple) and len(obj) > 0 and all(isinstance(item, Image) for item in obj)


def write_value(obj: Any, *, key: str, step: int, layout: RunLayout) -> Body:
    """Write a value's files, each whole or not at all.

    Args:
        obj: The value.
        key: The key it is logged under.
        step: The step it is logged at.
        layout: The run's folders.

    Returns:
        JSON-able: `kind`, what the kind needs and, where a file was written, `file` (below the run's folder),
        `sha256` and `size`.

    Raises:
        ValueKindError: It is no value; the message names key and type.
    """
    if not is_value(obj):
        raise ValueKindError(key, type(obj).__name__)
    value: Value = obj if isinstance(obj, Value) else Images(obj)
    return {"kind": value.kind, **value.write(ValueFolder(layout, key, step))}


def read_value(body: Any, layout: RunLayout) -> Value:
    """The value that `write_value` wrote.

    Args:
        body: What `write_value` returned, as it stands in the event of the log.
        layout: The run's folders.

    Raises:
        DamagedValueError: A file of it is missing or has changed, or the event does not say what it needs to;
            the message names the file.
        ValueKindError: It is of a kind that this version does not know.
    """
    if not isinstance(body, dict) or not isinstance(body.get("kind"), str):
        raise DamagedValueError(layout.history, f"an event has {body!r:.60} where a value should be")
    folder = ValueFolder(layout)
    try:
        return Table.read(body, folder) if body["kind"] == Table.kind else read_media(body, folder)
    except (TrackError, MemoryError):
        raise
    except (
        Exception
    ) as error:  # whatever the readers of each kind, and their libraries, make of other contents
        place = body.get("file")
        path = layout.dir / place if isinstance(place, str) else layout.history
        why = f"what the log says of a value of kind {body['kind']!r} does not fit: {error!r:.200}"
        raise DamagedValueError(path, why) from error
