# ruff: noqa: E501
"""Tables: headers, types and rows as tokens."""

import pytest

from simple_conf.sdn.limits import Budget, Limits
from simple_conf.sdn.parsing.fault import Fault, SlowPathRequired, ValueLimitFault
from simple_conf.sdn.parsing.layout import Layout
from simple_conf.sdn.parsing.rows import RUN_SIZES
from simple_conf.sdn.parsing.tables import NAMED_HEADER, TYPED_HEADER, RowLexer, TableLexer


def table(text, *, fast=False, **limits):
    """The tokens of the table that a text starts with, and the layout after it."""
    layout = Layout(text, Limits(**limits))
    layout.begin()
    lexer = TableLexer(layout, fast=fast)
    if text.startswith("table"):
        return list(lexer.typed(TYPED_HEADER.match(text))), layout
    return list(lexer.named(NAMED_HEADER.match(text))), layout


def shown(tokens):
    """Tokens as their values, or their types if they have none."""
    return [token.type if token.value is None and token.type != "BARE" else token.value for token in tokens]


def fault(text, **options):
    with pytest.raises(Fault) as caught:
        table(text, **options)
    return caught.value.message, caught.value.offset


@pytest.mark.parametrize("text", ["t |a|", "t\t|a, b|", '"x y" |a|', "a.b |", "t |a"])
def test_a_named_header(text):
    assert NAMED_HEADER.match(f"{text}\n")


@pytest.mark.parametrize("text", ["t|a|", "t: |a|", "|a|", "a b |c|", "t"])
def test_what_is_no_named_header(text):
    assert not NAMED_HEADER.match(f"{text}\n")


@pytest.mark.parametrize(
    ("text", "types"), [("table{i8}", "i8"), ("table  {a, b} =", "a, b"), ("table{i8", "i8"), ("table{}", "")]
)
def test_a_typed_header(text, types):
    assert TYPED_HEADER.match(f"{text}\n")[1] == types
    assert not TYPED_HEADER.match(f"a{text}")


def test_a_named_table_has_a_row_per_line():
    tokens, layout = table('t |a, "b c"|  # d\n  1, x\n\n  # e\n  2, "y"\nu: 1\n')
    assert shown(tokens) == [
        ("t", ("a", "b c")), "_INDENT", 1, "COMMA", "x", "_END", 2, "COMMA", "y", "_END", "_DEDENT",
    ]  # fmt: skip
    assert layout.text[layout.offset :] == "u: 1\n"
    assert (layout.levels, layout.budget.depth) == ([0], 0)
    header = tokens[0]
    assert (header.type, header.start, header.end) == ("COLUMNS", 0, 12)


def test_a_quoted_name():
    assert table('"x y" |a|\n')[0][0].value == ("x y", ("a",))


def test_a_table_without_rows():
    for text in ("t |a|\n", "t |a|\nu: 1\n", "t |a|"):
        tokens, layout = table(text if text.endswith("\n") else f"{text}\n# end\n")
        assert shown(tokens) == [("t", ("a",)), "_END"]
        assert layout.levels == [0]


def test_a_table_on_one_line():
    tokens, layout = table("t |a, b| 1, x  # c\nu: 2\n")
    assert shown(tokens) == [("t", ("a", "b")), 1, "COMMA", "x", "_END"]
    assert layout.offset == 19
    assert fault("t |a| 1\n  2\n") == ("a second row below a table of one line", 10)


def test_a_typed_table_has_a_row_per_line():
    tokens, layout = table("table{i8, f64}\n  1, 2\n  3, \n")
    assert shown(tokens) == [
        ("i8", "f64"), "_INDENT", 1, "COMMA", 2.0, "_END", 3, "COMMA", "BLANK", "_END", "_DEDENT",
    ]  # fmt: skip
    assert type(tokens[4].value) is float
    assert (tokens[0].type, tokens[0].start, tokens[0].end) == ("TYPES", 0, 14)
    assert layout.at_end


def test_a_short_table_ends_at_its_bracket():
    layout = Layout("table{i8} = [(1)]  # c\n", Limits())
    layout.begin()
    ends = []

    def lexed():
        ends.append((yield from TableLexer(layout, fast=False).typed(TYPED_HEADER.match(layout.text))))

    tokens = list(lexed())
    assert ends == [17]
    assert shown(tokens) == [("i8",), "EQUAL", "LSQB", "LPAR", 1, "RPAR", "RSQB"]


@pytest.mark.parametrize(
    ("text", "message", "offset"),
    [
        ("t |a\n", "the header of a table is not closed", 2),
        ("t |a,, b|\n", "a column without a name", 5),
        ("t ||\n", "a column without a name", 3),
        ("t |a, b c|\n", "b c is not a valid column name", 6),
        ('t |a, "b|\n', '"b is not a valid column name', 6),
        ('t |a, "|\n', '" is not a valid column name', 6),
        ("t |a, bb,  a|\n", "duplicate column a", 11),
        ('t |a, "a"|\n', "duplicate column a", 6),
        ("table{i8\n", "the types of a table are not closed", 0),
        ("table{i9}\n", "i9 is not a column type", 6),
        ("table{i8, }\n", "an empty name is not a column type", 6),
        ("table{i8} x\n", "expected = or the end of the line after the types of a table", 10),
        ("table{i8} = (1)\n", "expected [ before the rows of a table", 12),
        ("t |a, b|\n  1\n", "this row has 1 cell, the table has 2 columns", 11),
        ("t |a|\n  1\n    2\n", "a row that is indented more than the first", 14),
        ("t |a|\n    1\n  2\n", "this line is indented less than its block", 14),
        ("t |a|# c\n", "no space before this #", 5),
        ("table{i8}\n  300\n", "300 is out of range for i8 (-128 to 127)", 12),
    ],
)
def test_a_fault_is_located(text, message, offset):
    assert fault(text) == (message, offset)
    if not text.endswith("300\n"):  # the fast path has no offsets
        assert fault(text, fast=True) == (message, offset)


def test_nesting_and_values_have_limits():
    assert fault("t |a|\n  1\n", depth=0) == ("nested more than 0 levels deep", 8)
    assert fault("t |a, b|\n  1, 2\n", values=1) == ("more than 1 values", 14)
    with pytest.raises(ValueLimitFault):
        table("t |a, b|\n  1, 2\n", fast=True, values=1)
    assert table("t |a, b|\n  1, 2\n", fast=True, values=2)[1].budget.values == 0


def test_the_fast_path_reads_runs_of_plain_rows():
    tokens, layout = table("t |a, b|\n  1, x\n  2, y\n\n  # c\n  3, [4]\n  5, z\nu: 1\n", fast=True)
    assert shown(tokens) == [
        ("t", ("a", "b")), "_INDENT", [(1, "x"), (2, "y")], 3, "COMMA", "LSQB", 4, "RSQB", "_END", [(5, "z")], "_DEDENT",
    ]  # fmt: skip
    assert layout.text[layout.offset :] == "u: 1\n"


def test_the_fast_path_converts_typed_rows():
    tokens, _ = table("table{f64}\n  1\n  2\n", fast=True)
    assert tokens[2].value == [(1.0,), (2.0,)]
    assert [type(row[0]) for row in tokens[2].value] == [float, float]


def test_a_fault_on_the_fast_path_is_located_by_the_slow_path():
    for text in ("t |a|\n  1e\n", "table{i8}\n  300\n"):
        with pytest.raises(SlowPathRequired):
            table(text, fast=True)


def test_runs_grow_while_all_rows_are_plain():
    count = RUN_SIZES[0] + RUN_SIZES[1] + RUN_SIZES[2]
    tokens, _ = table("t |a|\n" + "  1\n" * count + "  [1]\n" + "  1\n" * (RUN_SIZES[0] + 1), fast=True)
    runs = [len(token.value) for token in tokens if token.type == "ROWS"]
    assert runs == [*RUN_SIZES, RUN_SIZES[0], 1]


def test_a_run_of_several_sizes_ends_with_the_document():
    tokens, layout = table("t |a|\n" + "  1\n" * RUN_SIZES[0] * 2, fast=True)
    assert [len(token.value) for token in tokens if token.type == "ROWS"] == [RUN_SIZES[0], RUN_SIZES[0]]
    assert layout.levels == [0]


def row(text, width, types=()):
    tokens, end = RowLexer(f"{text}\n", Budget(Limits()), width, types).tokens(0)
    return shown(tokens), end


def row_fault(text, width, types=()):
    with pytest.raises(Fault) as caught:
        row(text, width, types)
    return caught.value.message, caught.value.offset


@pytest.mark.parametrize(
    ("text", "width", "tokens", "end"),
    [
        ("1, a b", 2, [1, "COMMA", "a b"], 6),
        ("1,a  # c", 2, [1, "COMMA", "a"], 5),
        (" , ", 2, ["BLANK", "COMMA", "BLANK"], 3),
        (", x,", 2, ["BLANK", "COMMA", "x"], 4),
        ("1, # c", 2, [1, "COMMA", "BLANK"], 3),
        ("1,", 1, [1], 2),
        ("", 1, ["BLANK"], 0),
        (
            '"a, b" , [1, {c: 2}]',
            2,
            ["a, b", "COMMA", "LSQB", 1, "COMMA", "LBRACE", "c", 2, "RBRACE", "RSQB"],
            20,
        ),
        ("x: y, k=v", 2, ["x: y", "COMMA", "k=v"], 9),
    ],
)
def test_a_row(text, width, tokens, end):
    assert row(text, width) == (tokens, end)


def test_the_cells_of_a_row_have_their_types():
    assert row("1, 2, x", 3, ("i8", "f64", "str"))[0] == [1, "COMMA", 2.0, "COMMA", "x"]
    assert row_fault("1, x", 2, ("i8", "bool")) == ("expected bool, found the text 'x'", 3)
    assert row_fault("[1], 2", 2, ("i8", "i8")) == ("expected i8, found a collection", 0)
    assert row_fault("1, {a: 1}", 2, ("i8", "i8")) == ("expected i8, found a collection", 3)
    assert row_fault("1, 2", 1, ("i8",)) == ("this row has 2 cells, the table has 1 column", 0)


@pytest.mark.parametrize(
    ("text", "width", "message", "offset"),
    [
        ("1, 2, 3", 2, "this row has 3 cells, the table has 2 columns", 0),
        ("1, 2,,", 2, "this row has 4 cells, the table has 2 columns", 0),
        ("1", 3, "this row has 1 cell, the table has 3 columns", 0),
        ('"a" b', 1, "unexpected text after a cell", 4),
        ('"a"# c', 1, "unexpected text after a cell", 3),
        ("[1] b", 1, "unexpected text after a cell", 4),
        ("1) x", 1, "unbalanced ) in a cell", 1),
        ("1 ]", 1, "unbalanced ] in a cell", 2),
        ("1, #fff", 2, "this # could be a comment or text", 3),
        ("1,#", 2, "this # could be a comment or text", 2),
        ("[1,\n2]", 1, "a cell that spans several lines", 0),
        ("'a'", 1, "a string in single quotes", 0),
        ("1, 1e", 2, "1e is not a number, but looks like one", 3),
    ],
)
def test_a_wrong_row(text, width, message, offset):
    assert row_fault(text, width) == (message, offset)


def test_the_values_of_a_row_are_counted():
    budget = Budget(Limits())
    before = budget.values
    RowLexer("1, , [2, 3]\n", budget, 3, ()).tokens(0)
    assert before - budget.values == 4


def test_a_blank_cell_is_where_it_would_be():
    tokens, _ = RowLexer("1,  , 2\n", Budget(Limits()), 3, ()).tokens(0)
    assert [(token.start, token.end) for token in tokens if token.type != "COMMA"] == [(0, 1), (4, 4), (6, 7)]
