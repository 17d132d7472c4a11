"""HTML for notebooks holds files and texts, and nothing that runs."""

from html.parser import HTMLParser

import pytest

from simple_track.html_table import Markup, html_table, html_text
from simple_track.values import Figure, Html, Mesh, PointCloud, Text, Video
from simple_track.values.notebook import media_html
from simple_track.values.notebook.media_html import boxes_svg, document, film, picture, sound, text

ATTACK = "<script>alert(1)</script>'\"><img src=x onerror=alert(1)>"


class Reader(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs


@pytest.mark.parametrize(
    "html",
    [
        picture(b"png", ATTACK, boxes_svg(9, 9, [(0, 0, 1, 1, ATTACK)])),
        sound(b"wav", ATTACK),
        film(b"mp4", ATTACK),
        document(ATTACK),
        text(ATTACK),
        html_table([ATTACK], [[ATTACK]], ATTACK),
    ],
    ids=["picture", "sound", "film", "document", "text", "table"],
)
def test_nothing_of_a_text_becomes_markup(html):
    read = Reader(html)
    assert "script" not in read.tags
    assert read.tags.count("img") == (1 if "data:image" in html else 0)
    assert not any(name.startswith("on") for name, _ in read.attributes)


def test_a_document_is_shut_in():
    read = dict(Reader(Html(ATTACK)._repr_html_()).attributes)
    assert (read["sandbox"], read["srcdoc"]) == ("", ATTACK)


def test_a_very_large_file_is_not_put_into_the_notebook(monkeypatch):
    monkeypatch.setattr(media_html, "LARGEST", 3)
    assert "data:" not in film(b"1234")
    assert "too large to show here" in film(b"1234")
    assert "data:video/mp4;base64,MTIz" in film(b"123")


def test_cells_are_short_and_numbers_readable():
    assert html_text(None) == ""
    assert html_text(0.1 + 0.2) == "0.3"
    assert html_text(Markup("<b>")) == "<b>"
    assert html_text("<" * 300) == "&lt;" * 199 + "…"


def test_every_kind_shows_itself():
    canvas = pytest.importorskip("matplotlib.figure").Figure(figsize=(1, 1))
    assert Figure(canvas)._repr_png_().startswith(b"\x89PNG")
    assert Text("a < b")._repr_html_() == "<pre style='white-space:pre-wrap'>a &lt; b</pre>"
    assert "data:video/mp4" in Video([[[0.0, 1.0], [0.0, 1.0]]], caption="c")._repr_html_()
    corners = [[0, 0, 0], [1, 0, 0], [0, 1, 0]]
    assert "3 vertices, 1 faces" in Mesh(corners, [[0, 1, 2]])._repr_html_()
    assert PointCloud(corners)._repr_html_().count("<circle") == 3
