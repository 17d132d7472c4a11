"""Faults become errors with line, column and excerpt."""

from simple_conf.errors import SdnLimitError, SdnSyntaxError
from simple_conf.sdn.parsing.fault import Fault, ValueLimitFault, plural, shorten
from simple_conf.source import Source

SOURCE = Source("a: 1\nb: two\n", "f.sdn")


def test_an_offset_becomes_line_column_and_excerpt():
    error = Fault("wrong", 8, "write it better").to_error(SOURCE)
    assert type(error) is SdnSyntaxError
    assert (error.path, error.line, error.column) == ("f.sdn", 2, 4)
    assert (error.message, error.hint) == ("wrong", "write it better")
    assert error.excerpt == "  2 | b: two\n    |    ^"


def test_an_offset_after_the_text_is_its_end():
    """The lexer reads a newline that is not part of the source."""
    error = Fault("unclosed", 6).to_error(Source("a: [1"))
    assert (error.line, error.column, error.hint) == (1, 6, None)


def test_a_duplicate_names_the_line_of_the_first():
    assert Fault("duplicate key b", 5, first=0).to_error(SOURCE).message == (
        "duplicate key b, first defined in line 1"
    )


def test_a_fault_without_a_first_definition_keeps_its_message():
    assert Fault("wrong", 0).to_error(SOURCE).message == str(Fault("wrong", 0)) == "wrong"
    assert Fault("duplicate key b", 8, first=5).to_error(SOURCE).message.endswith("in line 2")


def test_a_limit_is_an_error_of_its_own():
    assert type(Fault("too deep", 0, limit=True).to_error(SOURCE)) is SdnLimitError
    assert isinstance(ValueLimitFault("too many", 0, limit=True), Fault)


def test_a_long_text_is_shortened_to_60_characters():
    assert shorten("x" * 60) == "x" * 60
    assert shorten("x" * 61) == "x" * 60 + "…"


def test_plural():
    assert [plural(number, "cell") for number in (0, 1, 2)] == ["0 cells", "1 cell", "2 cells"]
