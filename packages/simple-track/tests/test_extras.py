"""Optional libraries are imported when they are needed, or named with the command that installs them."""

import sys

import pytest

from simple_track import extras
from simple_track.errors import MissingExtraError
from simple_track.extras import need, require
from simple_track.settings import set_mode


def test_a_library_that_is_installed_is_imported():
    assert need("json.tool", library="json", extra=None, purpose="a test") is sys.modules["json.tool"]
    require("json", library="json", extra="x", purpose="a test")


@pytest.mark.parametrize("call", [need, require])
def test_a_missing_library_is_named(root, call):
    with pytest.raises(MissingExtraError) as caught:
        call("no_such_module", library="pillow", extra="media", purpose="an image")
    assert str(caught.value) == (
        "an image needs pillow; install it with: pip install 'pillow>=10' (it is in the extra [media])"
    )


def test_a_library_that_cannot_be_imported_keeps_the_reason(root, tmp_path, monkeypatch):
    (tmp_path / "broken_module.py").write_text("import no_such_module\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(MissingExtraError) as caught:
        need("broken_module", library="broken", extra=None, purpose="a test")
    assert "no_such_module" in str(caught.value.__cause__)


def test_without_tracking_no_library_is_required(root):
    set_mode("disabled")
    require("no_such_module", library="pillow", extra="media", purpose="an image")
    with pytest.raises(MissingExtraError):
        need("no_such_module", library="pillow", extra="media", purpose="an image")


def test_a_library_that_is_blocked_is_missing(root, monkeypatch):
    monkeypatch.setitem(sys.modules, "blocked_module", None)
    with pytest.raises(MissingExtraError):
        require("blocked_module", library="blocked", extra="x", purpose="a test")


def test_a_library_is_searched_for_once_and_not_imported(monkeypatch):
    monkeypatch.delitem(sys.modules, "this", raising=False)
    monkeypatch.setattr(extras, "_found", set())
    require("this", library="this", extra="x", purpose="a test")
    assert extras._found == {"this"}
    assert "this" not in sys.modules
    monkeypatch.setattr(extras.importlib.util, "find_spec", lambda _: pytest.fail("searched again"))
    require("this", library="this", extra="x", purpose="a test")
