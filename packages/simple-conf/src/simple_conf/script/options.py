"""The options of a script's command line, and what another word with dashes was meant to be."""

from __future__ import annotations

from simple_conf import migration
from simple_conf.errors import OverrideError
from simple_conf.formats.reading import READERS
from simple_conf.origin.layers import ArgumentLayer
from simple_conf.schemas import fields
from simple_conf.suggestion import closest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

LAUNCHED = ("local_rank", "local-rank", "node_rank", "node-rank", "nproc_per_node", "rank", "world_size")
"""Options, without their dashes, that launchers of distributed training add to a script's command line."""
OPTIONS = ["--help", "--show", "--check", "--completion"]
SHORT = "-h"
END = "--"
FILE_OPTIONS = {"c", "f", "conf", "config", "config-file", "config_file", "config-name", "config-path"}
MANY = 3


def is_option(word: str) -> bool:
    """Return whether a word has the form of an option."""
    return word.startswith("-") and word not in ("-", END)


def name_of(word: str) -> str:
    """Return an option without its value."""
    return "--help" if word == SHORT else word.partition("=")[0] if word.startswith("--completion=") else word


def without_unknown(words: Sequence[str]) -> list[str]:
    """Return the words without options that are not of this command line, each with its value.

    A word that follows such an option, and is no override, file or option, is its value.
    """
    kept: list[str] = []
    skipped = False
    for word in words:
        is_value = skipped and not is_option(word) and "=" not in word and word[:1] not in ("~", "@")
        skipped = is_option(word) and name_of(word) not in OPTIONS and word != SHORT
        if skipped or (is_value and not word.lower().endswith(tuple(READERS))):
            skipped = skipped and "=" not in word
            continue
        kept.append(word)
    return kept


def first_option(words: Sequence[str], schema: Any) -> str | None:
    """Return the first option among the words of a command line, or None where there is none.

    Args:
        words: The words.
        schema: What the config must look like; its keys are what a wrong option may have meant.

    Raises:
        OverrideError: There is no such option.
    """
    found = [index for index, word in enumerate(words) if is_option(word)]
    for index in found:
        if name_of(words[index]) not in OPTIONS:
            raise unknown(words[index], words[index + 1 : index + 2], schema)
    return words[found[0]] if found else None


def unknown(word: str, following: Sequence[str], schema: Any) -> OverrideError:
    """Return the error for an unknown option, with the override that it may have meant."""
    name, has_value, value = word.lstrip("-").partition("=")
    if not has_value and following and "=" not in following[0] and not following[0].startswith("--"):
        value, word = following[0], f"{word} {following[0]}"
    elif not has_value and name not in migration.OPTIONS and (close := closest(name, map(bare, OPTIONS))):
        return OverrideError(f"there is no option {word}", hint=f"did you mean --{close}?")
    return OverrideError(
        f"there is no option {word.split('=')[0].split(' ')[0]}; "
        "an override is written key=value, without dashes",
        origin=ArgumentLayer(word, 1).locate(()),
        hint=meant(name, value, schema),
    )


def bare(option: str) -> str:
    """Return an option without its dashes."""
    return option.lstrip("-")


def meant(name: str, value: str, schema: Any) -> str:
    """Return the hint for ``--name value``: the override or the config file that it may have meant."""
    if name in FILE_OPTIONS and value.lower().endswith(tuple(READERS)):
        return f"name the config file first, without an option: {value}"
    if name in migration.OPTIONS:
        return migration.OPTIONS[name]
    if name in LAUNCHED:
        return "a launcher adds it: let Conf.main or Conf.cli pass it over with ignore_unknown=True"
    wanted = name.replace("-", "_")
    kinds = dict(fields.keys_of(schema))
    keys = fields.keys_like(wanted, list(kinds))
    if wanted.startswith("no_") and not any(key.endswith(wanted) for key in kinds):
        keys, value = fields.keys_like(wanted.removeprefix("no_"), list(kinds)), value or "false"
    if keys:
        shown = [f"{key}={value or ('true' if kinds[key] is bool else '…')}" for key in keys[:MANY]]
        return f"did you mean {' or '.join(shown)}?"
    return f"options: {', '.join(OPTIONS)}; --help lists the keys"
