"""Train a small character transformer on Python's standard library, counting iterations instead of epochs.

python train.py                                        # as config.sdn says; if killed, the same again
python train.py train.iterations=200 model.layers=1    # with overrides; --help lists them all
"""

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, softmax

from simple_conf import Conf, schema
from simple_ignite import Events, supervised_evaluator, supervised_trainer
from simple_ignite.checks import RuntimeValidator
from simple_ignite.handlers import Checkpoint, LRScheduler, ProgressBar, TrackingHandler
from simple_ignite.metrics import Loss
from simple_track import Track

CHARACTERS = 128  # ASCII


@schema
class ModelConfig:
    context: int
    width: int
    heads: int
    layers: int


@schema
class TrainConfig:
    iterations: int
    eval_every: int
    batch_size: int
    lr: float
    warmup: int
    clip: float
    checkpoints: str


@schema
class Config:
    project: str
    seed: int
    model: ModelConfig
    train: TrainConfig


class CharTransformer(nn.Module):
    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.characters = nn.Embedding(CHARACTERS, config.width)
        self.positions = nn.Parameter(torch.zeros(config.context, config.width))
        layer = nn.TransformerEncoderLayer(
            config.width, config.heads, 4 * config.width, dropout=0.0, batch_first=True, norm_first=True
        )
        self.blocks = nn.TransformerEncoder(layer, config.layers, enable_nested_tensor=False)
        self.head = nn.Linear(config.width, CHARACTERS)
        mask = nn.Transformer.generate_square_subsequent_mask(config.context)
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, x: Tensor) -> Tensor:  # (B, T) -> (B, characters, T)
        mask = self.mask[: x.shape[1], : x.shape[1]]
        hidden = self.characters(x) + self.positions[: x.shape[1]]  # (B, T, width)
        return self.head(self.blocks(hidden, mask=mask, is_causal=True)).transpose(1, 2)


def load_text() -> tuple[Tensor, Tensor]:
    files = sorted(Path(os.__file__).parent.glob("*.py"))
    text = "\n".join(file.read_text("utf-8") for file in files).encode("ascii", "ignore")
    data = torch.frombuffer(bytearray(text), dtype=torch.uint8)
    return data[: -len(data) // 10], data[-len(data) // 10 :]


class Windows:
    """Batches of text from random places, without end: the engine counts iterations."""

    def __init__(self, data: Tensor, context: int, size: int, generator: torch.Generator) -> None:
        self.data, self.context, self.size, self.generator = data, context, size, generator

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        while True:
            last = len(self.data) - self.context - 1
            starts = torch.randint(last, (self.size, 1), generator=self.generator)
            rows = self.data[starts + torch.arange(self.context + 1)].long()  # (B, T + 1)
            yield rows[:, :-1], rows[:, 1:]


@torch.no_grad()
def write_like_python(model: CharTransformer, prompt: str, length: int, context: int) -> str:
    text = torch.tensor([list(prompt.encode("ascii"))])
    for _ in range(length):
        odds = softmax(model(text[:, -context:])[0, :, -1] / 0.8, dim=0)
        text = torch.cat([text, torch.multinomial(odds, 1)[None]], dim=1)
    return bytes(text[0].tolist()).decode("ascii")


@Conf.main(Config, config="config.sdn")
def main(cfg: Config) -> None:
    torch.manual_seed(cfg.seed)
    generator = torch.Generator().manual_seed(cfg.seed)
    train_text, val_text = load_text()
    val_data = list(islice(Windows(val_text, cfg.model.context, 256, generator), 4))
    model = CharTransformer(cfg.model)
    optimizer = torch.optim.AdamW(model.parameters(), cfg.train.lr)
    warmup = torch.optim.lr_scheduler.LinearLR(optimizer, 0.01, total_iters=cfg.train.warmup)
    trainer = supervised_trainer(model, optimizer, cross_entropy, clip_grad_norm=cfg.train.clip)
    evaluator = supervised_evaluator(model, {"loss": Loss(cross_entropy)})

    everything = {"model": model, "optimizer": optimizer, "trainer": trainer}
    name = f"{cfg.project}-{Conf.fingerprint(Conf.from_object(cfg))[:8]}"  # the same settings, the same run

    with Track.run(project=cfg.project, name=name, config=cfg, resume=True) as run:
        folder = f"{cfg.train.checkpoints}/{run.id}"
        log_train = TrackingHandler(run, output_transform="loss", tag="train")
        latest = Checkpoint(everything, folder)
        trainer.on(Events.STARTED, RuntimeValidator())
        ProgressBar().attach(trainer, output_transform="loss")
        trainer.on(Events.ITERATION_COMPLETED, LRScheduler(warmup))
        trainer.on(Events.ITERATION_COMPLETED(every=10), log_train)
        trainer.on(Events.ITERATION_COMPLETED(every=cfg.train.eval_every), lambda: evaluator.run(val_data))
        trainer.on(Events.ITERATION_COMPLETED(every=cfg.train.eval_every), latest)
        evaluator.on(Events.COMPLETED, TrackingHandler(run, "all", global_step_transform=trainer, tag="val"))
        endless = Windows(train_text, cfg.model.context, cfg.train.batch_size, generator)
        Checkpoint.load_latest(folder, everything, required=False)
        trainer.run(endless, max_iterations=cfg.train.iterations, graceful=True)
        sample = write_like_python(model.eval(), "def ", 300, cfg.model.context)
        run.log_text("sample", sample)
    print(f"\n{sample}\n\n{run.dir}")


if __name__ == "__main__":
    main()
