import re
from pathlib import Path

import simple_conf
from simple_conf.pattern import Pattern


def test_a_pattern_is_compiled_once_and_keeps_its_methods():
    pattern = Pattern(r"a(b+)")
    assert "match" not in vars(pattern)
    assert pattern.match("abb")[1] == "bb"
    assert pattern.__dict__["match"] == re.compile(r"a(b+)").match
    assert pattern.search("xab").start() == 1
    assert pattern.findall("ab abb") == ["b", "bb"]


def test_no_pattern_needs_what_python_3_11_2_gets_wrong():
    """Possessive repetitions inside groups match wrongly there."""
    possessive = re.compile(r"[+*?}]\+(?![=+ ])")
    for path in Path(simple_conf.__file__).parent.rglob("*.py"):
        for number, line in enumerate(path.read_text("utf-8").split("\n"), 1):
            assert not (possessive.search(line) and "Pattern" in line), f"{path}:{number}: {line}"
            assert "(?>" not in line, f"{path}:{number}: {line}"
