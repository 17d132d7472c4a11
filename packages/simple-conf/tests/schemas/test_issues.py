"""Issues of a validation say what was set from outside where a check of several fields fails."""

import pytest

from simple_conf import Conf, Secret, ValidationError, schema, validate


def test_a_check_of_several_fields_names_the_overrides_that_may_have_broken_it(tmp_path, monkeypatch):
    @schema
    class Extras:
        enforce: bool

    @schema
    class Job:
        tags: list[str]
        extras: Extras
        token: Secret[str] = Secret("none")

        @validate
        def tagged(self):
            if self.extras.enforce and not self.tags:
                raise ValueError("give tags")

    monkeypatch.chdir(tmp_path)
    (tmp_path / "job.sdn").write_text("tags: [dev]\nextras: {enforce: false}\n")
    with pytest.raises(ValidationError) as caught:
        Conf.cli(Job, ["tags=[]", "extras.enforce=true", "token=hidden"], config="job.sdn")
    assert "give tags" in str(caught.value)
    assert "hint: set from outside the file: `tags=[]`, `extras.enforce=true`" in str(caught.value)
    assert "hidden" not in str(caught.value)
    (tmp_path / "job.sdn").write_text("tags: []\nextras: {enforce: true}\n")
    with pytest.raises(ValidationError) as caught:
        Conf.cli(Job, [], config="job.sdn")
    assert "hint" not in str(caught.value)
