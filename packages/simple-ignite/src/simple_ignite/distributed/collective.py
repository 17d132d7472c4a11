"""What the processes of one run tell each other."""

from __future__ import annotations

import torch
import torch.distributed as dist
from torch import Tensor

from simple_ignite.errors import RankError

FIRST_ROUND = 4096
"""Elements that every rank sends at once; a longer message needs a second round."""


def is_distributed() -> bool:
    """Tell whether this process is one of several that can talk to each other."""
    return dist.is_available() and dist.is_initialized() and dist.get_world_size() > 1


def rank() -> int:
    """Give the number of this process among all; 0 when it is alone."""
    return dist.get_rank() if dist.is_available() and dist.is_initialized() else 0


def device() -> torch.device:
    """Give the device whose tensors the process group can send: the CPU where it can, else the GPU."""
    kinds = [pair.partition(":")[0] for pair in str(dist.get_backend_config()).split(",")]
    if "cpu" in kinds:
        return torch.device("cpu")
    return torch.device(kinds[0], torch.cuda.current_device() if kinds[0] == "cuda" else 0)


def gather(message: Tensor) -> list[Tensor]:
    """Give every rank the message of every rank, whatever their lengths.

    One collective when no message is longer than 4,096 elements, two otherwise. Every rank must call it.

    Args:
        message: int64 of shape `(n,)`; n may differ between ranks and may be 0.

    Returns:
        The messages in rank order, on the device of `message`.
    """
    world, wire = dist.get_world_size(), device()
    head = torch.zeros(FIRST_ROUND + 1, dtype=torch.int64, device=wire)
    head[0] = message.numel()
    head[1 : 1 + min(message.numel(), FIRST_ROUND)] = message[:FIRST_ROUND]
    heads = [torch.empty_like(head) for _ in range(world)]
    dist.all_gather(heads, head)
    lengths = [int(length) for length in torch.stack([row[0] for row in heads]).tolist()]
    messages = [row[1 : 1 + min(length, FIRST_ROUND)] for row, length in zip(heads, lengths, strict=True)]
    longest = max(lengths) - FIRST_ROUND
    if longest > 0:
        rest = torch.zeros(longest, dtype=torch.int64, device=wire)
        rest[: max(0, message.numel() - FIRST_ROUND)] = message[FIRST_ROUND:]
        rests = [torch.empty_like(rest) for _ in range(world)]
        dist.all_gather(rests, rest)
        messages = [
            torch.cat([start, row[: max(0, length - FIRST_ROUND)]])
            for start, row, length in zip(messages, rests, lengths, strict=True)
        ]
    return [part.to(message.device) for part in messages]


def agree(error: Exception | None, doing: str) -> None:
    """Raise on every rank if one of them failed.

    Every rank must call it.

    Args:
        error: What went wrong on this rank; None when nothing did.
        doing: What was being done, for the message: "computing the metric 'accuracy'".

    Raises:
        Exception: The rank's own error, where there is one.
        RankError: Another rank failed; says which, and with what.
    """
    text = "" if error is None else f"{doing}: {described(error)}"
    failures: dict[int, str] = {}
    for number, answer in enumerate(gather(encoded(text))):
        if answer.numel():
            failures[number] = decoded(answer)
    if error is not None:
        raise error
    if failures:
        raise RankError(*next(iter(failures.items())))


def described(error: Exception) -> str:
    """Say what an error says, with its notes, in one line."""
    notes = "".join(f" ({note})" for note in getattr(error, "__notes__", []))
    return f"{type(error).__name__}: {error}{notes}"


def encoded(text: str) -> Tensor:
    """Give a text as int64, one a byte, that `gather` can carry."""
    return (
        torch.frombuffer(bytearray(text.encode()), dtype=torch.uint8).long()
        if text
        else torch.empty(0).long()
    )


def decoded(message: Tensor) -> str:
    """Give back what `encoded` was given."""
    return bytes(message.tolist()).decode()
