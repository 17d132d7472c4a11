"""Text metrics agree with torchmetrics however the texts are split."""

import pytest
import torchmetrics.functional.text as tm
from hypothesis import given, settings
from hypothesis import strategies as st

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics import BLEU, WER, EditDistance, RougeL
from simple_ignite.metrics.edit_distance import edits, longest_common

texts = st.lists(st.sampled_from(["the", "cat", "sat", "on", "a", "mat"]), min_size=1, max_size=12).map(
    " ".join
)
corpora = st.lists(st.tuples(texts, st.lists(texts, min_size=1, max_size=3)), min_size=1, max_size=6)
ways = st.fixed_dictionaries(
    {"cuts": st.lists(st.integers(0, 6), max_size=3), "ranks": st.integers(1, 3), "empty_rank": st.booleans()}
)


def table(a, b):
    """Edit distance and longest common subsequence by the whole table."""
    edit = [[i + j if not i * j else 0 for j in range(len(b) + 1)] for i in range(len(a) + 1)]
    common = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            same = a[i - 1] == b[j - 1]
            edit[i][j] = min(edit[i - 1][j] + 1, edit[i][j - 1] + 1, edit[i - 1][j - 1] + (not same))
            common[i][j] = common[i - 1][j - 1] + 1 if same else max(common[i - 1][j], common[i][j - 1])
    return edit[-1][-1], common[-1][-1]


@settings(max_examples=200)
@given(st.text("abcd", max_size=80), st.text("abcd", max_size=80))
def test_bit_vectors_give_what_the_table_gives(a, b):
    assert (edits(a, b), longest_common(a, b)) == table(a, b)


@settings(max_examples=30)
@given(corpus=corpora, way=ways, n=st.integers(1, 4), smooth=st.booleans())
def test_bleu_agrees_with_torchmetrics(corpus, way, n, smooth, any_way):
    pred, target = zip(*corpus, strict=True)
    ours = any_way(lambda: BLEU(n, smooth=smooth), (pred, target), **way)
    theirs = tm.bleu_score(pred, target, n_gram=n, smooth=smooth).item()
    if theirs or not smooth:  # torchmetrics leaves smoothing out where it is needed most
        assert ours == pytest.approx(theirs, rel=1e-6, abs=1e-6)


def test_bleu_takes_the_reference_of_the_closest_length():
    pred, target = ["the cat sat on a"], [["the cat", "the cat sat on the mat"]]
    metric = BLEU(2)
    metric.update((pred, target))
    assert metric.compute() == pytest.approx(tm.bleu_score(pred, target, n_gram=2).item(), abs=1e-6)


@settings(max_examples=30)
@given(corpus=corpora, way=ways, part=st.sampled_from(["fmeasure", "precision", "recall"]))
def test_rouge_l_agrees_with_torchmetrics(corpus, way, part, any_way):
    pred, target = zip(*((text, others[0]) for text, others in corpus), strict=True)
    ours = any_way(lambda: RougeL(part), (pred, target), **way)
    theirs = tm.rouge_score(list(pred), list(target), rouge_keys="rougeL")[f"rougeL_{part}"].item()
    assert ours == pytest.approx(theirs, rel=1e-6, abs=1e-6)


def test_of_several_references_rouge_takes_the_best():
    metric = RougeL()
    metric.update((["a cat sat"], [["no match here", "a cat sat"]]))
    assert metric.compute() == 1.0


def levenshtein(a, b):
    """Fewest insertions, deletions and replacements that make `a` of `b`, by the full table."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row = row, [i]
        for j, y in enumerate(b, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (x != y)))
    return row[-1]


def test_edit_distance_of_texts_of_very_different_length():
    metric = EditDistance()
    metric.update((["the", "cat"], ["the", "the " * 10 + "cat"]))
    assert metric.compute() == 20.0


@settings(max_examples=30)
@given(corpus=corpora, way=ways)
def test_edit_distance_and_error_rates_agree_with_their_definition_and_torchmetrics(corpus, way, any_way):
    pred, target = zip(*((text, others[0]) for text, others in corpus), strict=True)
    # torchmetrics looks for the least edits within a beam only, and misses them where lengths differ much
    exact = sum(map(levenshtein, pred, target)) / len(pred)
    assert any_way(EditDistance, (pred, target), **way) == pytest.approx(exact, rel=1e-6, abs=1e-6)
    theirs = tm.word_error_rate(list(pred), list(target)).item()
    assert any_way(WER, (pred, target), **way) == pytest.approx(theirs, rel=1e-6, abs=1e-6)
    theirs = tm.char_error_rate(list(pred), list(target)).item()
    assert any_way(lambda: WER(tokenize=tuple), (pred, target), **way) == pytest.approx(
        theirs, rel=1e-6, abs=1e-6
    )


def test_lists_of_tokens_are_taken_as_they_are():
    metric = BLEU(2)
    metric.update(([[1, 2, 3, 4]], [[1, 2, 3, 5]]))
    again = BLEU(2)
    again.update((["1 2 3 4"], ["1 2 3 5"]))
    assert metric.compute() == pytest.approx(again.compute())
    assert metric.compute() > 0


def test_lists_of_different_lengths_are_explained():
    with pytest.raises(MetricInputError) as error:
        WER().update((["a"], ["a", "b"]))
    assert str(error.value) == (
        "WER: got pred list of 1 (str), target list of 2 (str, str); expected two lists of texts, of "
        "the same length"
    )


@pytest.mark.parametrize("make", [BLEU, RougeL, EditDistance, WER])
def test_what_is_no_text_is_explained(make):
    for output in ((["a", None], ["a", "b"]), (["a", "b"], ["a", None]), (["a", "b"], ["a", 3])):
        with pytest.raises(MetricInputError) as error:
            make().update(output)
        kind = "int" if 3 in output[1] else "NoneType"
        assert str(error.value) == (
            f"{make.__name__}: got {kind} among the texts; expected strings, or lists of tokens"
        )


@pytest.mark.parametrize("make", [BLEU, RougeL])
def test_references_that_are_no_texts_or_missing_are_explained(make):
    with pytest.raises(MetricInputError) as error:
        make().update((["a"], [["b", None]]))
    assert str(error.value) == (
        f"{make.__name__}: got references list of 2 (str, NoneType); expected strings, or lists of tokens"
    )
    for output in ((["a"], [[]]), ([["a"]], [()])):
        if isinstance(output[0][0], str):
            with pytest.raises(MetricInputError) as error:
                make().update(output)
            assert str(error.value) == (
                f"{make.__name__}: got a text without references; expected one reference or more for each "
                "text"
            )
        else:  # tokens beside no tokens: an empty reference
            metric = make()
            metric.update(output)
            assert metric.compute() == 0.0
