"""Pictures of pillow and of files, as arrays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from simple_track.extras import need
from simple_track.values.arrays import Array, ValueRangeError

_AS_THEY_ARE = {"1", "L", "RGB", "RGBA", "F", "I", "I;16", "I;16B", "I;16L", "I;16N"}
_SEVERAL = "one picture; give its frames as Images, or as a Video"


def opened(img: Any) -> Any:
    """The array of a PIL image or of an image file; anything else as it is.

    Args:
        img: A PIL image, whose pixels are taken as they are; the path of a file, whose picture is turned as
            its EXIF data say; or anything else.

    Raises:
        ValueRangeError: The file is no picture, or one of several frames; or pillow cannot make RGB of it.
    """
    if isinstance(img, str | Path):
        return _from_file(img)
    if hasattr(img, "mode") and hasattr(img, "convert"):
        return _from_pillow(img)
    return img


def _from_file(path: str | Path) -> Array:
    pillow = need("PIL.Image", library="pillow", extra="media", purpose="an image file")
    turn = need("PIL.ImageOps", library="pillow", extra="media", purpose="an image file").exif_transpose
    try:
        with pillow.open(path) as image:
            frames = getattr(image, "n_frames", 1)
            if (
                frames > 1 and image.format != "MPO"
            ):  # an MPO is a photograph with a preview, or a second view
                raise ValueRangeError("image", f"{path} has {frames} frames", _SEVERAL)
            array = _from_pillow(turn(image))
            is_16_bits = image.format == "PNG" and image.mode == "I"  # as pillow before 11 opens it
    except pillow.UnidentifiedImageError as error:
        raise ValueRangeError("image", f"{path} is no picture that pillow knows", "an image file") from error
    except (SyntaxError, EOFError, ValueError) as error:
        if isinstance(error, ValueRangeError):
            raise
        raise ValueRangeError("image", f"{path} is damaged ({error})", "an image file") from error
    except OSError as error:
        if error.errno is not None:
            raise
        raise ValueRangeError("image", f"{path} is damaged ({error})", "an image file") from error
    return array.astype(np.uint16) if is_16_bits else array


def _from_pillow(image: Any) -> Array:
    if image.mode in _AS_THEY_ARE and "transparency" not in image.info:
        return np.asarray(image)
    has_alpha = image.mode[-1] in "Aa" or "transparency" in image.info
    try:
        return np.asarray(image.convert("RGBA" if has_alpha else "RGB"))
    except ValueError as error:
        raise ValueRangeError(
            "image", f"a PIL image of mode {image.mode}", "one that converts to RGB"
        ) from error
