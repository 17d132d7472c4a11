# ruff: noqa: E501
"""The formatter: values and comments are kept, and formatting twice changes nothing."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simple_conf.errors import SdnSyntaxError
from simple_conf.sdn import parse
from simple_conf.sdn.format import format_text

HERE = Path(__file__).parent
REAL = sorted((HERE / "corpus").glob("*.sdn"))

MESSY = """\


# head
seed   =   42#not a comment
rate:1.5e-3

train  :           # training
    epochs=10
        # odd column
    lr   :  1e-3     # tuned


    name = "a # b"
    opt: {name:  adam,eps=1e-8,}   # flat
    none:
    note: |
          one
            two

list:
      - a:    1
        b : 2   # b
        # deep
      # shallow
  # in between
      -    # dash
        x: 1
      -
        y: 1
      - - 1
        -    2
features:
      auth
      [1,2]   # l
z: [
   1,   2   # two

 # own
   {a:  1
   b=2}
   ,3, # three
 ]
users   |id,name|   # people
      1,Alice   # boss
    # new
      2, ,
point |x,y| 10,20   # one
t: table { i32 ,str }=[ (1,a) , (2,  b) ]
u: table {i8,i8}  # c
      1,2   # d
txt: \"\"\"
   a
     b
  \"\"\"   # c
# tail

""".replace("rate:1.5e-3", "rate : 1.5e-3").replace("42#not", "42#not")

NEAT = """\
# head
seed: 42#not a comment
rate: 1.5e-3

train:  # training
  epochs: 10
  # odd column
  lr: 1e-3  # tuned

  name: "a # b"
  opt: {name: adam, eps: 1e-8}  # flat
  none:
  note: |
    one
      two

list:
  - a: 1
    b: 2  # b
    # deep
  # shallow
  # in between
  -  # dash
    x: 1
  - y: 1
  - - 1
    - 2
features:
  auth
  [1, 2]  # l
z: [
  1, 2  # two

  # own
  {a: 1
    b: 2},
  3,  # three
]
users |id, name|  # people
  1, Alice  # boss
  # new
  2,
point |x, y| 10, 20  # one
t: table{i32, str} = [(1, a), (2, b)]
u: table{i8, i8}  # c
  1, 2  # d
txt: \"\"\"
   a
     b
  \"\"\"  # c
# tail
"""


def test_a_messy_document_becomes_neat():
    assert format_text(MESSY) == NEAT
    assert parse(NEAT).values == parse(MESSY).values


def test_line_ends_and_the_byte_order_mark_become_plain():
    assert format_text("\ufeffa:1\r\n".replace("a:1", "a:  1")) == "a: 1\n"
    assert format_text("") == ""
    assert format_text("\n# only this\n\n") == "# only this\n"


def test_a_row_of_one_empty_cell_stays():
    assert format_text("t |a| ,\n") == "t |a| ,\n"
    assert format_text("t |a|\n   ,   # c\n") == "t |a|\n  ,  # c\n"


def test_a_comma_between_a_quote_and_a_comment_with_one_stays():
    text = 't |a, b|\n  1, 2" disk,  # say "x"\n'
    assert format_text(text) == text


def test_a_comma_at_the_end_of_a_comment_stays():
    text = "a: 1  # one, two,\nb: [\n  1,  # three,\n  2\n]\nt |x|  # four,\n  1  # five,\n"
    assert format_text(text) == text
    assert format_text("a: 1# x\nb: 2 #,\n") == "a: 1# x\nb: 2  #,\n"


def test_an_error_is_the_parsers():
    with pytest.raises(SdnSyntaxError, match=r"f\.sdn:1:4: unclosed"):
        format_text("a: [", name="f.sdn")


def comments(text):
    return re.findall(r"#.*\S", text)


def check_layout(text):
    once = format_text(text)
    assert parse(once).values == parse(text).values
    assert format_text(once) == once
    assert comments(once) == comments(text)


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_real_files_keep_values_and_comments(path):
    text = path.read_text("utf-8")
    try:
        parse(text)
    except SdnSyntaxError:
        with pytest.raises(SdnSyntaxError):
            format_text(text)
    else:
        check_layout(text)


PIECES = st.sampled_from(
    ["a: 1", "b:", "c = x y", "- 1", "- k: 2", "-", "- - 3", "d: [1,2]", "e: {", "}", "f: [", "]", "x,", "y: 2", "t |p,q|", "1, 2", "3,", "u: table{i8}",
     "7", "n: |", "text", "m: >-", "word", "", "# c", "s |p| 1", "v: table{i8}=[(1),", "(2)]", 'w: """', '"""', "- |"]
)  # fmt: skip
DOCUMENTS = st.lists(
    st.builds(
        lambda margin, piece, behind: " " * margin + piece + behind,
        st.sampled_from([0, 0, 1, 2, 2, 3, 4, 6]),
        PIECES,
        st.sampled_from(["", "", "", "  # b", "   "]),
    ),
    max_size=10,
).map(lambda lines: "\n".join([*lines, ""]))


@given(DOCUMENTS)
@settings(deadline=None, max_examples=800)
def test_any_document_keeps_values_and_comments(text):
    try:
        parse(text)
    except SdnSyntaxError:
        with pytest.raises(SdnSyntaxError):
            format_text(text)
    else:
        check_layout(text)
