"""Tokens look like lark's own to the parser."""

from lark import Token as LarkToken

from simple_conf.sdn.parsing.token import Token


def test_a_token_has_every_attribute_that_lark_reads():
    token = Token("KEY", "lr", 3, 6)
    assert (token.type, token.value, token.start, token.end) == ("KEY", "lr", 3, 6)
    borrowed = LarkToken.new_borrow_pos("$END", "", token)
    assert (borrowed.line, borrowed.column, borrowed.start_pos) == (None, None, None)
    assert (borrowed.end_line, borrowed.end_column, borrowed.end_pos) == (None, None, None)


def test_the_end_of_a_token_is_optional():
    assert Token("_END", None, 7).end == 0


def test_a_token_shows_its_type_its_value_and_its_offset():
    assert repr(Token("BARE", 1.5, 4)) == "BARE(1.5)@4"
