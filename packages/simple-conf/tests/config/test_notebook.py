"""What a notebook shows: escaped HTML without secrets, with origins; the plain `repr` stays."""

from html.parser import HTMLParser

import pytest

from simple_conf import Conf, Config, ValidationError, schema

VOID = {"br", "hr", "img"}


class Page(HTMLParser):
    """Reads HTML: its texts, its titles, its tags; fails where tags do not match."""

    def __init__(self, html):
        super().__init__()
        self.open, self.tags, self.titles, self.words = [], [], [], []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.titles += [value for name, value in attributes if name == "title"]
        assert not [name for name, _ in attributes if name not in ("style", "title", "open")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return "".join(self.words)


def page_of(shown):
    return Page(shown._repr_html_())


TEXT = """\
name: <b>bold</b> & "quoted"
train:
  lr: 0.1
  on: true
  none: null
  hole: ???
  out: runs/${name}
  tags: [a, b]
login: {user: me, password: hunter2}
empty: {}
rows |id, name|
    1, x
"""


def test_a_config_shows_its_values_and_the_origin_of_each():
    cfg = Conf.merge(Conf.parse_sdn(TEXT, "c.sdn"), Conf.parse_dotlist(["train.lr=0.2"]))
    page = page_of(cfg)
    for text in (
        'name: "<b>bold</b> & \\"quoted\\""',
        "lr: 0.2",
        "on: true",
        "none: null",
        "hole: ???",
        "out: runs/${name}",
    ):
        assert text in page.text
    assert "tags: [a, b]" in page.text
    assert "rows: [{id: 1, name: x}]" in page.text
    assert "empty: {}" in page.text
    assert "b" not in page.tags, "what is in a value is no markup"
    assert "command line: train.lr=0.2" in page.titles
    assert "c.sdn:4:7" in page.titles
    assert "script" not in page.tags


def test_secrets_are_masked_in_values_and_origins():
    cfg = Conf.merge(Conf.parse_sdn(TEXT, "c.sdn"), Conf.parse_dotlist(["login.password=hunter3"]))
    Conf.mark_secret(cfg, "login.password")
    assert "password: ••••" in page_of(cfg).text
    assert "user: me" in page_of(cfg.login).text
    for shown in (cfg, cfg.login, Conf.diff(cfg, Conf.from_dict({})), Conf.diff(Conf.from_dict({}), cfg)):
        assert "hunter" not in shown._repr_html_()


def test_a_key_of_that_name_and_the_plain_repr_are_left_alone():
    cfg = Conf.from_dict({"a": 1})
    assert repr(cfg) == "Config({'a': 1})"
    assert Conf.from_dict({"_repr_html_": 3})._repr_html_ == 3
    assert list(cfg) == ["a"]
    assert isinstance(cfg, Config)


def test_what_cannot_be_resolved_or_is_hostile_is_shown_as_written():
    keys = {
        "<i>": 1,
        "a\nb": "x\ny\x1b[31m",
        "ref": "${nope}",
        "text": "x" * 10_000,
        "list": [{"deep": [1] * 50}],
    }
    cfg = Conf.from_dict(keys)
    page = page_of(cfg)
    assert "<i>: 1" in page.text
    assert 'a\\nb: "x\\ny\\u001b[31m"' in page.text
    assert "ref: ${nope}" in page.text
    assert "…" in page.text
    assert len(page.text) < 2000
    Conf.set(cfg, "ref.x", 1)
    assert "x: 1" in page_of(cfg).text
    assert "0x" in page_of(Conf.from_dict({"a": 10**5000})).text


def test_a_large_config_is_cut():
    page = page_of(Conf.from_dict({f"k{index}": {"x": index} for index in range(1000)}))
    assert "k0" in page.text
    assert "k999" not in page.text
    assert "… 900 more" in page.text


def test_an_empty_config_and_no_differences_say_so():
    assert page_of(Conf.from_dict({})).text == "(empty)"
    assert page_of(Conf.diff(Conf.from_dict({}), Conf.from_dict({}))).text == "(no differences)"


def test_differences_are_a_table_with_both_sides_and_their_origins():
    a = Conf.parse_sdn("x: 1\ngone: <b>\n", "a.sdn")
    b = Conf.parse_sdn("x: 2\nnew: [1]\n", "b.sdn")
    page = page_of(Conf.diff(a, b))
    assert page.tags.count("tr") == 4
    assert "- 1" in page.text
    assert "+ 2" in page.text
    assert "- <b>" in page.text
    assert "+ [1]" in page.text
    assert {"a.sdn:1:4", "b.sdn:1:4", "a.sdn:2:7", "b.sdn:2:6"} <= set(page.titles)


@schema
class App:
    n: int


def test_a_validation_error_shows_each_issue_with_its_excerpt():
    with pytest.raises(ValidationError) as caught:
        Conf.validate(App, Conf.parse_sdn('n: "<b>"\nm: 1\n', "c.sdn"))
    page = page_of(caught.value)
    assert "c.sdn:1:4: n: expected int, got text '<b>'" in page.text
    assert '1 | n: "<b>"' in page.text
    assert "unknown key 'm'" in page.text
    assert "b" not in page.tags


def test_values_are_shown_as_sdn_has_them_and_numbers_as_they_were_written():
    text = 'v: 3.10\nbig: 1_000\nl: [3.10, {m: 1e-3, on: true}, null, "a, b"]\nt: "42"\nu: "true"\nw: a b\n'
    page = page_of(Conf.parse_sdn(text))
    for line in ("v: 3.10", "big: 1_000", 't: "42"', 'u: "true"', "w: a b"):
        assert line in page.text
    assert 'l: [3.10, {m: 1e-3, on: true}, null, "a, b"]' in page.text
    assert "v: 3.1" in page_of(Conf.from_dict({"v": 3.1, "s": "\ud800"})).text


def test_colours_suit_light_and_dark_pages_and_long_words_break():
    html = Conf.from_dict({"a": 1})._repr_html_()
    assert "color-mix(in srgb" in html
    assert "currentColor" in html
    assert "overflow-wrap:anywhere" in html
