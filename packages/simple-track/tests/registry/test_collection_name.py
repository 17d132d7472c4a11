import pytest

from simple_track.errors import UnsafeNameError
from simple_track.registry.collection_name import RegistryRef, UnknownCollectionError, check_collection


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("Models/ResNet", RegistryRef("Models/ResNet", "latest")),
        ("Models/ResNet:v1", RegistryRef("Models/ResNet", "v1")),
        ("a/b/c:production", RegistryRef("a/b/c", "production")),
        ("a/b:", RegistryRef("a/b", "latest")),
    ],
)
def test_a_reference_is_parsed(text, ref):
    assert RegistryRef.parse(text) == ref


@pytest.mark.parametrize("text", ["ResNet:v1", "../x/y", "a//b", ":v1", None])
def test_what_could_leave_the_registry_is_refused(text):
    with pytest.raises(UnsafeNameError):
        RegistryRef.parse(text)


def test_a_name_of_one_part_is_refused_with_an_example():
    with pytest.raises(UnsafeNameError, match="needs a folder and a name, as in 'Models/ResNet'"):
        check_collection("ResNet")


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ([], "the registry has no collection 'a/b'; it is empty."),
        (["c/d"], "the registry has no collection 'a/b'; it has: c/d."),
        ([f"x/{n}" for n in range(9)], "it has: x/0, x/1, x/2, x/3, x/4, x/5, x/6, x/7, …."),
    ],
)
def test_what_there_is_is_listed(known, said):
    assert str(UnknownCollectionError("a/b", known)).endswith(said)
