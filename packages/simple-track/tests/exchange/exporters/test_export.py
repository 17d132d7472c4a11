import pytest

from simple_track.errors import SettingError
from simple_track.exchange import FORMATS, export


def test_an_unknown_format_is_refused(runs):
    with pytest.raises(SettingError) as caught:
        export(runs, "excel", "x")
    assert str(caught.value) == "format: 'excel' is not one of csv, json, parquet, tensorboard, mlflow"


@pytest.mark.parametrize("format", sorted(set(FORMATS) - {"mlflow"}))
def test_every_format_is_written(runs, tmp_path, format):
    export(runs, format, str(tmp_path / "out"))
    assert (tmp_path / "out").exists()
