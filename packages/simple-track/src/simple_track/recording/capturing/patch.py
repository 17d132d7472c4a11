"""The patch of uncommitted changes, as git prints it, with secrets masked."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from simple_track.storage.secret_lines import SecretLines
from simple_track.storage.secrets import MASK, mask_code

_CODE = frozenset(
    {
        "bash",
        "c",
        "cc",
        "clj",
        "cpp",
        "cs",
        "css",
        "cu",
        "cuh",
        "cxx",
        "dart",
        "el",
        "ex",
        "go",
        "h",
        "hpp",
        "hs",
    }
    | {
        "html",
        "ipynb",
        "java",
        "jl",
        "js",
        "jsx",
        "kt",
        "lark",
        "lua",
        "m",
        "md",
        "mjs",
        "ml",
        "php",
        "pl",
        "ps1",
    }
    | {
        "proto",
        "py",
        "pyi",
        "pyx",
        "r",
        "rb",
        "rs",
        "rst",
        "scala",
        "sql",
        "svelte",
        "swift",
        "tex",
        "ts",
        "tsx",
    }
    | {"txt", "vue", "zig"}
)
"""Endings of files in which `password = read()` is code, or in which people write sentences."""
_ALL_SECRET = frozenset({".netrc", "_netrc", ".pgpass", ".htpasswd", ".git-credentials"})
NOTE = "[secrets are masked as {mask} in {count} lines of this patch]"
_HUNK = re.compile(r"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@")


def mask_patch(patch: bytes) -> bytes:
    """Mask the values of secret names, credentials in URLs, private keys and well-known tokens.

    Args:
        patch: The output of `git diff`.

    Returns:
        The patch; if something is masked, below a line that says in how many lines. `git apply` skips that
        line, and refuses the hunks in which a removed or an unchanged line is masked.
    """
    lines = patch.decode("utf-8", "surrogateescape").split("\n")
    reader = _PatchReader()
    masked = [reader.mask(line) for line in lines]
    count = sum(map(str.__ne__, lines, masked))
    if count:
        masked.insert(0, NOTE.format(count=count, mask=MASK))
    return "\n".join(masked).encode("utf-8", "surrogateescape")


class _PatchReader:
    """Follows a patch line by line: which file, and how many lines of its hunk are left."""

    def __init__(self) -> None:
        self._path = ""
        self._old = self._new = SecretLines(code=True)
        self._old_left = self._new_left = 0

    def mask(self, line: str) -> str:
        if self._old_left > 0 or self._new_left > 0:
            return self._line(line)
        if hunk := _HUNK.match(line):
            self._old_left, self._new_left = (1 if size is None else int(size) for size in hunk.groups())
            return hunk[0] + self._enter(line[hunk.end() :])
        if line.startswith(("--- ", "+++ ")) and line[4:] != "/dev/null":
            self._path = line[4:].rstrip("\t").strip('"')
        return mask_code(line) if line.startswith(("diff ", "--- ", "+++ ", "rename ", "copy ")) else line

    def _enter(self, heading: str) -> str:
        """Begin a hunk. Its heading is the last line before it that stands in the first column."""
        code = PurePosixPath(self._path).suffix[1:].lower() in _CODE
        self._old, self._new = SecretLines(code=code), SecretLines(code=code)
        if not heading:
            return ""
        self._old.mask(heading[1:])
        return " " + self._hidden(self._new.mask(heading[1:]))

    def _line(self, line: str) -> str:
        sign, text = line[:1], line[1:]
        if sign == "\\":  # no newline at end of file
            return line
        masked = text
        if sign != "+":
            self._old_left -= 1
            masked = self._old.mask(text)
        if sign != "-":
            self._new_left -= 1
            new = self._new.mask(text)
            masked = new if masked == text else masked
        return sign + self._hidden(masked)

    def _hidden(self, text: str) -> str:
        return MASK if PurePosixPath(self._path).name in _ALL_SECRET and text.strip() else text
