"""Shell completion of a script's command line, from its schema: the words are in the script, nothing runs."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from simple_conf import fields
from simple_conf.errors import ConfError
from simple_conf.keypath import format_path
from simple_conf.options import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from simple_conf.groups import Group

BASH = """\
_{function}() {{
    local cur=${{COMP_LINE:0:COMP_POINT}} word
    cur=${{cur##*[[:space:]]}}
    case $1 in
        python*) [[ ${{COMP_WORDS[1]##*/}} == {program} ]] || return 0 ;;
    esac
    local stem=""
    [[ $cur == *=* && $COMP_WORDBREAKS == *=* ]] && stem=${{cur%%=*}}=
    COMPREPLY=()
    while read -r word; do
        [[ $word == "$cur"* ]] && COMPREPLY+=("${{word#"$stem"}}")
    done <<'WORDS'
{words}
WORDS
    [[ ${{#COMPREPLY[@]}} -gt 0 && ${{COMPREPLY[0]}} == *= ]] && compopt -o nospace
    return 0
}}
complete -o default -F _{function} {program} ./{program} python python3
"""

ZSH = """\
#compdef {program}
_{function}() {{
    if [[ $words[1] == python* && ${{words[2]:t}} != {program} ]]; then
        _default
        return
    fi
    local -a candidates
    candidates=(
{quoted}
    )
    compadd -S '' -- $candidates
    _files
}}
compdef _{function} {program} ./{program} python python3
"""

FISH = """\
function __{function}_runs
    set -l words (commandline -opc)
    string match -q 'python*' -- $words[1]; and set -e words[1]
    test (path basename -- "$words[1]") = {program}
end
{lines}
"""


def script(shell: str, program: str, schema: Any, groups: Sequence[Group] = ()) -> str:
    """Return the completion script of a shell.

    Args:
        shell: ``bash``, ``zsh`` or ``fish``.
        program: The script's file name.
        schema: What its config must look like.
        groups: The keys that choose among files.

    Raises:
        ConfError: There is no such shell here.
    """
    function = "".join(letter if letter.isalnum() else "_" for letter in program)
    candidates = words(schema, groups)
    make: dict[str, Callable[[], str]] = {
        "bash": lambda: BASH.format(function=function, program=program, words="\n".join(candidates)),
        "zsh": lambda: ZSH.format(
            function=function,
            program=program,
            quoted="\n".join(f"        {quote(word)}" for word in candidates),
        ),
        "fish": lambda: FISH.format(
            function=function,
            program=program,
            lines="\n".join(
                f"complete -c {command} -n __{function}_runs -a {quote(word)}"
                for command in (program, "python", "python3")
                for word in candidates
            ),
        ),
    }
    if shell not in make:
        raise ConfError(f"there is no completion for {shell!r}; choose one of bash, zsh, fish")
    return make[shell]()


def words(schema: Any, groups: Sequence[Group] = ()) -> list[str]:
    """Return what can be completed: every key with ``=``, its choices, and the options."""
    files = {format_path(group.path): group.choices for group in groups}
    found: dict[str, None] = {}
    for cls in fields.schemas_in(schema):
        for field in fields.walk(cls, unions=True):
            path = format_path(field.path)
            known = [*files.get(path, ()), *choices(field.kind)]
            found.update({f"{path}={choice}": None for choice in known} or {f"{path}=": None})
    return [*found, *OPTIONS]


def choices(kind: Any) -> list[str]:
    """Return the values that a type has, where they are few."""
    if kind is bool:
        return ["true", "false"]
    if get_origin(kind) is Literal:
        return [fields.default_text(choice) for choice in get_args(kind)]
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return [str(member.value if isinstance(member.value, str) else member.name) for member in kind]
    return []


def quote(word: str) -> str:
    """Return a word in single quotes."""
    escaped = word.replace("'", "'\\''")
    return f"'{escaped}'"
