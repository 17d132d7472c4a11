"""Safe path segments, run ids and readable run names."""

from __future__ import annotations

import hashlib
import os
import re
import threading
import time
from urllib.parse import quote

from simple_track.errors import UnsafeNameError

DEVICES = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$"]
    + [f"{port}{number}" for port in ("com", "lpt") for number in "0123456789¹²³"]
)
LONGEST = 120  # bytes; a segment may get a prefix and a suffix and must stay below the 255 of file systems
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u
ADJECTIVES = """
able amber ample azure bold brave brief bright brisk calm candid clean clear clever cool copper
coral cosy crisp daring deep eager early easy even exact fair fast fine firm fleet fond free fresh
frosty gentle glad golden grand green happy hardy hazel honest humble jade jolly keen kind large
late lean light lively loyal lucid lucky mellow merry mild modest neat nimble noble olive open pearl
plain plucky polite prime proud pure quick quiet rapid ready rosy round ruby sage sharp shy silent
silver sleek smart smooth snug sober soft solid spry stable steady still stout sunny sure swift tall
tidy trim true vivid warm wide wise witty young zesty
""".split()  # noqa: SIM905 - a list of words is read as words
NOUNS = """
acorn alder anchor apple aspen badger bamboo beacon beaver birch bison breeze brook canyon cedar
cherry cliff clover cloud comet condor coral crane creek cricket cypress dawn delta dove dune eagle
elm ember falcon fern field finch fir fjord flint forest fox gale garden glade grove gull harbor
hare hawk hazel heron hill holly ibis iris island ivy jay juniper kestrel lagoon lake larch lark
laurel lemur linden lynx maple marten meadow mesa moose moss oak ocean olive orchid osprey otter owl
panda pebble petrel pine plover pond poplar prairie quail rain raven reed reef ridge river robin
rowan sable salmon seal shore sparrow spring spruce star stone stork stream summit swan thistle
thrush tiger tulip valley violet walnut wave willow wren yew zebra
""".split()  # noqa: SIM905 - a list of words is read as words

_last_tick = 0
_tick_lock = threading.Lock()


def check_segment(name: str, *, what: str = "name") -> str:
    """Return a name unchanged if it is safe as one segment of a path on every system.

    Args:
        name: The name.
        what: The noun for the message, such as "project".

    Raises:
        UnsafeNameError: The name is empty, too long, or a device, or has a separator or control character.
    """
    if not isinstance(name, str):
        raise UnsafeNameError(what, str(name), f"is of type {type(name).__name__}, not text")
    reason = _reason_against(name)
    if reason:
        raise UnsafeNameError(what, name, reason)
    return name


def _reason_against(name: str) -> str:
    if not name:
        return "is empty"
    if name in (".", "..") or name[0] in ". " or name[-1] in ". ":
        return "begins or ends with a dot or a space"
    if any(ord(c) < 32 or c in '/\\:*?"<>|\x7f' for c in name):
        return "has a character that file systems refuse"
    try:
        size = len(name.encode("utf-8"))
    except UnicodeEncodeError:
        return "is not valid Unicode"
    if size > LONGEST:
        return f"is {size} bytes long, more than {LONGEST}"
    if name.split(".")[0].strip().casefold() in DEVICES:
        return "is the name of a device"
    return ""


def segment(text: str) -> str:
    """Turn any text into a safe path segment; different texts never share one, not even where case is folded.

    Plain lower-case names stay as they are, and `train/loss` becomes `train%2Floss`. Long names, device names
    and names with capitals get a hash at their end.

    Args:
        text: Any text, such as the key of a logged value.
    """
    raw = text.encode("utf-8", "surrogatepass")
    safe = quote(raw, safe=" ").replace(" ", "%20")
    if safe[:1] == ".":
        safe = "%2E" + safe[1:]
    if safe[-1:] == ".":
        safe = safe[:-1] + "%2E"
    folded = re.sub("%[0-9A-F]{2}", "", safe)
    if safe and folded == folded.lower() and not _reason_against(safe) and "~" not in safe:
        return safe
    return f"{safe.replace('~', '%7E')[:80]}~{hashlib.sha256(raw).hexdigest()[:16]}"


def new_run_id() -> str:
    """Make an id like `20260110-160000123-4f9k2a7c`: it sorts by start (UTC, to the ms) and never repeats."""
    global _last_tick
    with _tick_lock:
        _last_tick = max(_last_tick + 1, time.time_ns() // 1_000_000)
        tick = _last_tick
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(tick // 1000))
    return f"{stamp}{tick % 1000:03d}-{''.join(ALPHABET[byte & 31] for byte in os.urandom(8))}"


def new_run_name() -> str:
    """Make a readable name like `calm-otter-417`; it need not be unique."""
    dice = int.from_bytes(os.urandom(8), "big")  # not `random`: a script that seeds it would repeat its names
    dice, adjective = divmod(dice, len(ADJECTIVES))
    dice, noun = divmod(dice, len(NOUNS))
    return f"{ADJECTIVES[adjective]}-{NOUNS[noun]}-{dice % 1000}"
