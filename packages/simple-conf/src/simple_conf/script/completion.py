"""Shell completion of a script's command line, from its schema: the words are in the script, nothing runs."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from simple_conf.errors import ConfError
from simple_conf.keypath import format_path
from simple_conf.schemas import fields
from simple_conf.schemas.shown_default import default_text
from simple_conf.script.options import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from simple_conf.sources.groups import Group

BASH = """\
_simple_conf_{function}() {{
    local cur=${{COMP_LINE:0:COMP_POINT}} word stem=""
    cur=${{cur##*[[:space:]]}}
    [[ $cur == *=* && $COMP_WORDBREAKS == *=* ]] && stem=${{cur%%=*}}=
    COMPREPLY=()
    while read -r word; do
        [[ $word == "$cur"* ]] || continue
        printf -v word %q "${{word#"$stem"}}"
        COMPREPLY+=("$word")
    done <<'WORDS'
{words}
WORDS
    [[ ${{#COMPREPLY[@]}} -gt 0 && ${{COMPREPLY[0]}} == *= ]] && compopt -o nospace 2>/dev/null
    return 0
}}
_simple_conf_python() {{
    local at=1 name
    while [[ ${{COMP_WORDS[at]}} == -[!mc]* ]]; do at=$((at + 1)); done
    name=${{COMP_WORDS[at]##*/}}
    name=_simple_conf_${{name//[^A-Za-z0-9]/_}}
    if declare -F "$name" >/dev/null && [[ $name != _simple_conf_python ]]; then
        "$name" "$@"
    elif declare -F _python >/dev/null; then
        _python "$@"
    fi
}}
complete -o default -F _simple_conf_{function} {program}
complete -o default -F _simple_conf_python python python3
"""

ZSH = """\
#compdef {program}
_simple_conf_{function}() {{
    local -a keys values
    keys=(
{keys}
    )
    values=(
{values}
    )
    compadd -S '' -- $keys
    compadd -- $values && [[ $PREFIX == *=* ]] && return
    [[ $PREFIX == *=* ]] && compset -P '*='
    _files
}}
_simple_conf_python() {{
    local -i at=2
    while [[ $words[at] == -[^mc]* ]]; do at+=1; done
    local name=_simple_conf_${{${{words[at]:t}}//[^A-Za-z0-9]/_}}
    if (( $+functions[$name] )) && [[ $name != _simple_conf_python ]] && (( CURRENT > at )); then
        $name
    elif (( $+functions[_python] )); then
        _python
    else
        _default
    fi
}}
compdef _simple_conf_{function} {program}
compdef _simple_conf_python python python3
"""

FISH = """\
function __simple_conf_{function}_runs
    set -l words (commandline -opc)
    if string match -q 'python*' -- $words[1]
        set -e words[1]
        while string match -qr '^-[^mc]' -- $words[1]
            set -e words[1]
        end
    end
    string match -q -- '*/'{program} "/$words[1]"
end
function __simple_conf_{function}_chooses
    set -l key (string replace -r '=.*' '=' -- (commandline -ct))
    __simple_conf_{function}_runs; and contains -- $key {choosing}
end
function __simple_conf_{function}_words
    printf '%s\\n' {words}
end
for command in {program} python python3
    complete -c $command -n __simple_conf_{function}_runs -a '(__simple_conf_{function}_words)'
    complete -c $command -n __simple_conf_{function}_chooses -f
end
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
    function = "".join(c if c.isascii() and c.isalnum() else "_" for c in program)
    candidates = words(schema, groups)
    keys = [word for word in candidates if word.endswith("=")]
    values = [word for word in candidates if not word.endswith("=")]
    choosing = dict.fromkeys(word.partition("=")[0] + "=" for word in values if "=" in word)
    make: dict[str, Callable[[], str]] = {
        "bash": lambda: BASH.format(function=function, program=quote(program), words="\n".join(candidates)),
        "zsh": lambda: ZSH.format(
            function=function, program=quote(program), keys=lines(keys), values=lines(values)
        ),
        "fish": lambda: FISH.format(
            function=function,
            program=quote(program),
            words=" ".join(map(quote, candidates)),
            choosing=" ".join(map(quote, choosing)),
        ),
    }
    if not shell:
        raise ConfError("--completion needs the name of a shell: --completion bash, zsh or fish")
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
        return [default_text(choice) for choice in get_args(kind)]
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return [str(member.value if isinstance(member.value, str) else member.name) for member in kind]
    return []


def lines(words: Sequence[str]) -> str:
    """Return words as lines of an array."""
    return "\n".join(f"        {quote(word)}" for word in words)


def quote(word: str) -> str:
    """Return a word in single quotes where it needs them."""
    if word.isascii() and word.translate(str.maketrans("_.-/", "aaaa")).isalnum():
        return word
    escaped = word.replace("'", "'\\''")
    return f"'{escaped}'"
