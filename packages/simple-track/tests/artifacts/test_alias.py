import pytest

from simple_track.artifacts.alias import BadAliasError, check_alias, check_movable


@pytest.mark.parametrize("alias", ["best", "prod-2", "v3a", "V3", "größe", "a@b", "x" * 100])
def test_words_are_aliases(alias):
    assert check_movable(alias) == alias


@pytest.mark.parametrize(
    "alias", ["v3", "", "a b", "a:b", "a/b", "a\\b", "a\0", "\ud800", "x" * 101, None, 3]
)
def test_what_could_be_mistaken_is_none(alias):
    with pytest.raises(BadAliasError, match="an alias is a word such as 'best'"):
        check_alias(alias)


@pytest.mark.parametrize("alias", ["best@abcdef", "@0123456789"])
def test_what_ends_as_a_digest_is_none(alias):
    with pytest.raises(BadAliasError, match="does not end as a digest does"):
        check_alias(alias)
    assert check_alias("best@abcde") == "best@abcde"


def test_latest_is_not_moved_by_hand():
    assert check_alias("latest") == "latest"
    with pytest.raises(BadAliasError, match="moves only by logging"):
        check_movable("latest")
