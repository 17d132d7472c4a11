import pytest

from simple_conf.errors import SdnLimitError
from simple_conf.source import Source, read_source, source_from_bytes


def test_offsets_and_positions_are_inverse():
    source = Source("ab\n\nc\n")
    positions = [source.position(offset) for offset in range(len(source.text) + 1)]
    assert positions == [(1, 1), (1, 2), (1, 3), (2, 1), (3, 1), (3, 2), (4, 1)]
    assert [source.offset(*position) for position in positions] == list(range(7))


def test_an_excerpt_shows_the_line_and_a_caret():
    source = Source("a: 1\nkey:\tvalue\n")
    assert source.excerpt(2, 6) == "  2 | key: value\n    |      ^"
    assert source.excerpt(1, 5) == "  1 | a: 1\n    |     ^"
    assert source.excerpt(3, 1) == "  3 | \n    | ^"
    assert source.excerpt(99, 1) == "  99 | \n     | ^"
    assert Source("a\x1bb").excerpt(1, 1) == "  1 | a\N{REPLACEMENT CHARACTER}b\n    | ^"


@pytest.mark.parametrize("column", [1, 40, 500, 960, 1000])
def test_an_excerpt_of_a_long_line_shows_the_part_with_the_caret(column):
    text = "".join(chr(ord("a") + number % 26) for number in range(1000))
    shown, caret = Source(text).excerpt(1, column).split("\n")
    assert len(shown) < 120
    assert shown[len(caret) - 1] == text[column - 1]


def test_bytes_become_text_without_mark_and_carriage_returns():
    assert source_from_bytes(b"\xef\xbb\xbfa\r\nb\r\n", "f").text == "a\nb\n"
    with pytest.raises(SdnLimitError):
        source_from_bytes(b"abc", "f", limit=2)


def test_a_file_is_read_under_its_name(tmp_path):
    path = tmp_path / "a.sdn"
    path.write_text("a: 1\n")
    assert read_source(path).name == str(path)
    assert read_source(path, name="other").name == "other"
    with pytest.raises(FileNotFoundError):
        read_source(tmp_path / "absent.sdn")
