from simple_track.values import Html


def test_a_document_comes_back_and_is_a_file_of_html(round_trip, logged_file):
    page = Html("<p>ä &lt; b</p>")
    assert round_trip(page) == page
    assert logged_file(page).suffix == ".html"


def test_a_file_is_taken(tmp_path):
    (tmp_path / "a.html").write_text("<b>ü</b>", "utf-8")
    assert Html(tmp_path / "a.html") == Html("<b>ü</b>")
