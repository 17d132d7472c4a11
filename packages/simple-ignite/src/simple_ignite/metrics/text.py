"""How close two texts are."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any, Literal, TypeAlias

import torch

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics.base.metric import Metric
from simple_ignite.metrics.base.state import Sum
from simple_ignite.metrics.base.transform import Transform, described
from simple_ignite.metrics.edit_distance import edits, longest_common

Tokens: TypeAlias = Sequence[Hashable]
Text: TypeAlias = str | Tokens


def samples(name: str, pred: object, target: object) -> Iterator[tuple[Text, Text]]:
    """Give predictions and targets in pairs.

    Args:
        name: The metric, for messages.
        pred: A text, or a list of texts.
        target: The same; for several references each a list of texts.

    Raises:
        MetricInputError: They are not of one length, or something among them is not a text.
    """
    if isinstance(pred, str) and isinstance(target, str):
        pred, target = [pred], [target]
    if not isinstance(pred, list | tuple) or not isinstance(target, list | tuple) or len(pred) != len(target):
        got = f"pred {described(pred)}, target {described(target)}"
        raise MetricInputError(name, got, "two lists of texts, of the same length")
    for text, wanted in zip(pred, target, strict=True):
        for each in (text, wanted):
            if not isinstance(each, str | list | tuple):
                got = f"{described(each)} among the texts"
                raise MetricInputError(name, got, "strings, or lists of tokens")
        yield text, wanted


def words(text: Text) -> Tokens:
    """Split a text at spaces; a list of tokens stays as it is."""
    return text.split() if isinstance(text, str) else text


def rouge_words(text: Text) -> Tokens:
    """Split a text as the reference implementation of ROUGE does: lower case, letters a–z and digits only."""
    return re.findall(r"[a-z0-9]+", text.lower()) if isinstance(text, str) else text


def references(name: str, pred: Text, target: object) -> Sequence[Text]:
    """Give the references of one sample.

    Args:
        name: The metric, for messages.
        pred: A text, or a list of tokens.
        target: For a text, a text or a list of them; for tokens, a list of tokens or a list of such lists.
    """
    if isinstance(target, str):
        return [target]
    several: Any = target
    if isinstance(pred, str):
        if not all(isinstance(one, str | list | tuple) for one in several):
            raise MetricInputError(name, f"references {described(target)}", "strings, or lists of tokens")
    elif not (several and isinstance(several[0], list | tuple)):
        return [several]
    if not several:
        raise MetricInputError(name, "a text without references", "one reference or more for each text")
    return several  # type: ignore[no-any-return]


class BLEU(Metric):
    """How many n-grams of the texts are in their references (Papineni, Roukos, Ward and Zhu 2002).

    Counts are added over the whole corpus; it is no mean over texts.

    Args:
        n_gram: The longest n-grams counted.
        weights: How much n-grams of each length count; default: alike.
        smooth: Add one to the counts of n-grams longer than one (Lin and Och 2004), so that a length without
            a match does not make it 0.
        tokenize: Makes tokens of a text; default: split at spaces.
        output_transform: Makes `(texts, references)` of a step's output.
    """

    matches = Sum()
    totals = Sum()
    length = Sum()
    reference_length = Sum()

    def __init__(
        self,
        n_gram: int = 4,
        weights: Sequence[float] | None = None,
        smooth: bool = False,
        *,
        tokenize: Callable[[Text], Tokens] = words,
        output_transform: Transform | None = None,
    ) -> None:
        if n_gram < 1:
            raise MetricInputError("BLEU", f"n_gram={n_gram}", "one or more")
        if weights is not None and len(weights) != n_gram:
            raise MetricInputError(
                "BLEU", f"{len(weights)} weights", f"{n_gram}, one for each length of n-gram"
            )
        self.n_gram = n_gram
        self.weights = tuple(weights) if weights is not None else (1 / n_gram,) * n_gram
        self.smooth = smooth
        self.tokenize = tokenize
        super().__init__(output_transform=output_transform)

    def accumulate(self, pred: object, target: object) -> None:
        """Count one batch.

        Args:
            pred: Texts, or lists of tokens.
            target: For each text its reference, or a list of references.
        """
        matches, totals = [0] * self.n_gram, [0] * self.n_gram
        pairs = list(samples("BLEU", pred, target))
        if not pairs:
            return
        for text, its in pairs:
            tokens = self.tokenize(text)
            others = [self.tokenize(other) for other in references("BLEU", text, its)]
            wanted: Counter[Tokens] = Counter()
            for other in others:
                wanted |= self._grams(other)
            for gram, count in self._grams(tokens).items():
                matches[len(gram) - 1] += min(count, wanted[gram])
                totals[len(gram) - 1] += count
            self.length = self.length + len(tokens)
            closest = min((len(other) for other in others), key=lambda size: abs(size - len(tokens)))
            self.reference_length = self.reference_length + closest
        self.matches = self.matches + torch.tensor(matches)
        self.totals = self.totals + torch.tensor(totals)

    def _grams(self, tokens: Tokens) -> Counter[Tokens]:
        """Count the n-grams of all lengths."""
        lengths = range(1, self.n_gram + 1)
        return Counter(tuple(tokens[i : i + n]) for n in lengths for i in range(len(tokens) - n + 1))

    def result(self) -> float:
        """Give the score, from 0 to 1."""
        matches, totals = self.matches.tolist(), self.totals.tolist()
        if min(matches) == 0 and not (self.smooth and matches[0]):
            return 0.0
        extra = [0] + [int(self.smooth)] * (self.n_gram - 1)
        logs = [
            weight * math.log((match + more) / (total + more))
            for weight, match, total, more in zip(self.weights, matches, totals, extra, strict=True)
        ]
        short = min(0.0, 1 - self.reference_length / self.length)
        return math.exp(short + sum(logs))


class RougeL(Metric):
    """The longest common subsequence of text and reference, as F-measure (Lin 2004), the mean over samples.

    Of several references the best counts.

    Args:
        part: "fmeasure", "precision" (of the text) or "recall" (of the reference).
        tokenize: Makes tokens of a text; default: lower case, letters a–z and digits, as in rouge-score.
        output_transform: Makes `(texts, references)` of a step's output.
    """

    total = Sum()
    texts = Sum()

    def __init__(
        self,
        part: Literal["fmeasure", "precision", "recall"] = "fmeasure",
        *,
        tokenize: Callable[[Text], Tokens] = rouge_words,
        output_transform: Transform | None = None,
    ) -> None:
        if part not in ("fmeasure", "precision", "recall"):
            raise MetricInputError("RougeL", f"part={part!r}", '"fmeasure", "precision" or "recall"')
        self.part = part
        self.tokenize = tokenize
        super().__init__(output_transform=output_transform)

    def accumulate(self, pred: object, target: object) -> None:
        """Score one batch.

        Args:
            pred: Texts, or lists of tokens.
            target: For each text its reference, or a list of references.
        """
        for text, its in samples("RougeL", pred, target):
            tokens = self.tokenize(text)
            others = [self.tokenize(other) for other in references("RougeL", text, its)]
            best = max((self._scores(tokens, other) for other in others), key=lambda score: score["fmeasure"])
            self.total = self.total + best[self.part]
            self.texts = self.texts + 1

    @staticmethod
    def _scores(tokens: Tokens, other: Tokens) -> dict[str, float]:
        """Give the three scores of one text."""
        common = longest_common(tokens, other)
        if not common:
            return {"precision": 0.0, "recall": 0.0, "fmeasure": 0.0}
        precision, recall = common / len(tokens), common / len(other)
        return {
            "precision": precision,
            "recall": recall,
            "fmeasure": 2 * precision * recall / (precision + recall),
        }

    def result(self) -> float:
        """Give the mean over samples."""
        return float(self.total / self.texts)


class EditDistance(Metric):
    """How many characters, or tokens, must change to make the target of the text (Levenshtein 1966).

    Args:
        reduction: "mean" over samples, or "sum".
        output_transform: Makes `(texts, targets)` of a step's output.
    """

    total = Sum()
    texts = Sum()

    def __init__(
        self, reduction: Literal["mean", "sum"] = "mean", *, output_transform: Transform | None = None
    ) -> None:
        if reduction not in ("mean", "sum"):
            raise MetricInputError("EditDistance", f"reduction={reduction!r}", '"mean" or "sum"')
        self.reduction = reduction
        super().__init__(output_transform=output_transform)

    def accumulate(self, pred: object, target: object) -> None:
        """Compare one batch.

        Args:
            pred: Texts, or lists of tokens.
            target: The same.
        """
        for text, wanted in samples("EditDistance", pred, target):
            self.total = self.total + edits(text, wanted)
            self.texts = self.texts + 1

    def result(self) -> float:
        """Give the mean or sum."""
        return float(self.total / self.texts if self.reduction == "mean" else self.total)


class WER(Metric):
    """Word error rate: edits of words over words of the target, of all samples together.

    Args:
        tokenize: Makes words of a text; default: split at spaces. `tuple` makes it the character error rate.
        output_transform: Makes `(texts, targets)` of a step's output.
    """

    wrong = Sum()
    wanted = Sum()

    def __init__(
        self, *, tokenize: Callable[[Text], Tokens] = words, output_transform: Transform | None = None
    ) -> None:
        self.tokenize = tokenize
        super().__init__(output_transform=output_transform)

    def accumulate(self, pred: object, target: object) -> None:
        """Compare one batch.

        Args:
            pred: Texts, or lists of words.
            target: The same.
        """
        for text, wanted in samples("WER", pred, target):
            words = self.tokenize(wanted)
            self.wrong = self.wrong + edits(self.tokenize(text), words)
            self.wanted = self.wanted + len(words)

    def result(self) -> float:
        """Give the rate; above 1 where more was inserted than there is."""
        return self.wrong / self.wanted if self.wanted else (math.inf if self.wrong else 0.0)
