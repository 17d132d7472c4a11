"""Train a small network on handwritten digits; killed, the same command continues it.

python train.py train.epochs=3 train.lr=0.01     # overrides of config.sdn; --help lists them all"""

import sys
from itertools import pairwise
from typing import Literal

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split

from simple_conf import Conf, schema, validate
from simple_ignite import Events, supervised_evaluator, supervised_trainer
from simple_ignite.checks import RuntimeValidator
from simple_ignite.handlers import Checkpoint, EarlyStopping, ProgressBar, TrackingHandler
from simple_ignite.metrics import Accuracy, Loss
from simple_track import Track

try:
    from sklearn.datasets import load_digits
except ModuleNotFoundError:
    print("train.py: scikit-learn is missing: pip install scikit-learn", file=sys.stderr)
    sys.exit(2)


@schema
class ModelConfig:
    hidden: list[int]
    dropout: float = 0.1

    @validate
    def check_dropout(self):
        assert 0 <= self.dropout < 1, "dropout must be in [0, 1)"


@schema
class TrainConfig:
    epochs: int
    batch_size: int
    lr: float
    weight_decay: float
    patience: int
    """Epochs without a better accuracy before stopping."""
    checkpoints: str


@schema
class Config:
    project: str
    seed: int
    device: Literal["cpu", "cuda"]
    model: ModelConfig
    train: TrainConfig
    validation_mode: Literal["check_only", "train_only", "check_and_train"] | None = None


def load_data(seed: int, batch_size: int) -> tuple[DataLoader, DataLoader]:
    pictures, labels = map(torch.tensor, load_digits(return_X_y=True))  # (1797, 64), (1797,)
    data = TensorDataset(pictures.float() / 16, labels)
    train, val = random_split(data, [0.8, 0.2], torch.Generator().manual_seed(seed))
    return DataLoader(train, batch_size, shuffle=True), DataLoader(val, 512)


def build_model(config: ModelConfig) -> nn.Module:
    widths, dropout = [64, *config.hidden], config.dropout
    hidden = [nn.Sequential(nn.Linear(m, n), nn.ReLU(), nn.Dropout(dropout)) for m, n in pairwise(widths)]
    return nn.Sequential(*hidden, nn.Linear(widths[-1], 10))


@Conf.main(Config, config="config.sdn")
def main(cfg: Config) -> None:
    torch.manual_seed(cfg.seed)
    train_data, val_data = load_data(cfg.seed, cfg.train.batch_size)
    model, loss = build_model(cfg.model).to(cfg.device), nn.CrossEntropyLoss()
    optimizer = torch.optim.AdamW(model.parameters(), cfg.train.lr, weight_decay=cfg.train.weight_decay)
    trainer = supervised_trainer(model, optimizer, loss)
    evaluator = supervised_evaluator(model, {"accuracy": Accuracy(), "loss": Loss(loss)})
    everything = {"model": model, "optimizer": optimizer, "trainer": trainer, "evaluator": evaluator}
    name = f"{cfg.project}-{Conf.fingerprint(Conf.from_object(cfg))[:8]}"  # the same settings, the same run
    with Track.run(project=cfg.project, name=name, config=cfg, resume=True) as run:
        run.define_metric("val/accuracy", summary="max")
        folder = f"{cfg.train.checkpoints}/{run.id}"
        trainer.on(Events.STARTED, RuntimeValidator(cfg.validation_mode))
        ProgressBar().attach(trainer, output_transform="loss")
        trainer.on(Events.ITERATION_COMPLETED, TrackingHandler(run, output_transform="loss", tag="train"))
        trainer.on(Events.EPOCH_COMPLETED, lambda: evaluator.run(val_data))
        best = Checkpoint({"model": model}, folder, "best", 1, "accuracy", global_step_transform=trainer)
        evaluator.on(Events.COMPLETED, best)
        evaluator.on(Events.COMPLETED, EarlyStopping(cfg.train.patience, "accuracy", trainer))
        evaluator.on(Events.COMPLETED, TrackingHandler(run, "all", global_step_transform=trainer, tag="val"))
        trainer.on(Events.EPOCH_COMPLETED, Checkpoint(everything, folder))
        Checkpoint.load_latest(folder, everything, required=False)
        trainer.run(train_data, max_epochs=cfg.train.epochs, graceful=True)
        run.log_artifact(best.best, name="digits-model", type="model", aliases=["best"])
    print(f"\n{run.dir}", *(f"{key} = {value}" for key, value in run.summary.items()), sep="\n  ")


if __name__ == "__main__":
    main()
