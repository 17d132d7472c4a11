"""The error for a mistake at a place of a text."""

from simple_conf.formats.mistake import mistake, without_quotes
from simple_conf.source import Source

SOURCE = Source("a: 1\npassword: x\n", "c.yaml")


def test_the_error_shows_the_place_and_says_what_to_do():
    failure = mistake(SOURCE, 1, 4, "not YAML: 1", "write 2", plain="not YAML")
    assert str(failure) == "c.yaml:1:4: not YAML: 1\n  1 | a: 1\n    |    ^\n  hint: write 2"


def test_a_line_of_a_secret_is_not_quoted():
    failure = mistake(SOURCE, 2, 11, "not YAML: 'x'", "write y", plain="not YAML")
    assert str(failure) == "c.yaml:2:11: not YAML\n  2 | ••••"
    failure = mistake(SOURCE, 2, 11, "not YAML", "indent it")
    assert str(failure) == "c.yaml:2:11: not YAML\n  2 | ••••\n  hint: indent it"


def test_what_a_parser_quotes_is_taken_out_of_its_message():
    assert without_quotes("expected ':', found 'a\\'b' and \"c\"") == "expected ':', found … and …"
    assert without_quotes("Cannot declare ('a', 'b') twice") == "Cannot declare (…, …) twice"
    assert without_quotes("nothing") == "nothing"
