"""``Conf``: everything one does with a config, in one place."""

from __future__ import annotations

from simple_conf import (
    access,
    commandline,
    compose,
    diagnosis,
    export,
    formats,
    history,
    override,
    resolvers,
    state,
)
from simple_conf.config import Config
from simple_conf.copying import adopt
from simple_conf.merge import merge
from simple_conf.node import Tree
from simple_conf.origin import caller
from simple_conf.strategy import MergeStrategy, merge_mode

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence
    from typing import Any, TypeVar

    from simple_conf.diagnosis import ValidationIssue
    from simple_conf.origin import Origin

    T = TypeVar("T")
    Name = str | os.PathLike[str]


class Conf:
    """Load, merge, read, check and write configs."""

    @staticmethod
    def load(path: Name, *, lazy_resolve: bool = True, extends: bool = True) -> Config:
        """Load a config file; its suffix says the format.

        Args:
            path: A ``.sdn``, ``.yaml``, ``.yml``, ``.json`` or ``.toml`` file.
            lazy_resolve: Whether references are worked out when read; all at once otherwise.
            extends: Whether the files named by a top-level ``extends`` are loaded below this one.

        Raises:
            ConfigNotFoundError: There is no such file.
            LoadError: The file is no config.
            SdnSyntaxError: The text is not SDN.
            ResolveError: With ``lazy_resolve=False``, values cannot be worked out.
        """
        return loaded(compose.load(path, extends=extends), lazy_resolve)

    @staticmethod
    def load_sdn(path: Name, *, lazy_resolve: bool = True, extends: bool = True) -> Config:
        """Load an SDN file, whatever its suffix; see `Conf.load`."""
        return loaded(compose.load(path, ".sdn", extends=extends), lazy_resolve)

    @staticmethod
    def parse_sdn(text: str, name: str = "<text>") -> Config:
        """Return the config that an SDN text says.

        Args:
            text: The text.
            name: What errors call it.

        Raises:
            SdnSyntaxError: The text is not SDN.
        """
        return formats.parse_sdn(text, name)

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> Config:
        """Return a config with a copy of ``values``."""
        tree = Tree()
        tree.root = adopt(values, tree, (), caller())
        return tree.root  # type: ignore[no-any-return]

    @staticmethod
    def parse_dotlist(arguments: Sequence[str]) -> Config:
        """Return the config that a list of overrides makes, such as ``["train.lr=5e-4", "tags+=x"]``.

        Raises:
            OverrideError: An argument cannot be read; the message points into it.
        """
        return override.parse_dotlist(arguments, compose.load)

    @staticmethod
    def from_cli_dotlist(arguments: Sequence[str] | None = None, *, ignore_unknown: bool = False) -> Config:
        """Return the config that command-line overrides make.

        Args:
            arguments: By default those of this process.
            ignore_unknown: Whether words that are no override are passed over; they are errors otherwise.

        Raises:
            OverrideError: An argument cannot be read; the message points into it.
        """
        return override.parse_dotlist(override.chosen(arguments, ignore_unknown), compose.load)

    @staticmethod
    def merge(*configs: Config | Mapping[str, Any], strict_keys: bool = False) -> Config:
        """Return a new config with each one laid over those before it: later wins, mappings merge deeply.

        Args:
            configs: Configs or plain dicts; they stay as they are.
            strict_keys: Whether a key that the configs before do not have is an error.
        """
        return merge([as_config(config) for config in configs], strict_keys=strict_keys)

    @staticmethod
    def merge_with(
        base: Config | Mapping[str, Any],
        overlay: Config | Mapping[str, Any],
        strategy: MergeStrategy,
        *,
        strict_keys: bool = False,
    ) -> Config:
        """Return a new config with ``overlay`` laid over ``base`` by a strategy for arrays and nulls."""
        return merge([as_config(base), as_config(overlay)], strategy, strict_keys=strict_keys)

    merge_mode = staticmethod(merge_mode)

    @staticmethod
    def get(cfg: Config, path: str, default: Any = None) -> Any:
        """Return the value at ``path``, such as ``train.layers[0]``, or ``default`` where there is none."""
        return access.get(cfg, path, default)

    @staticmethod
    def has_path(cfg: Config, path: str) -> bool:
        """Return whether there is a value at ``path``."""
        return access.has_path(cfg, path)

    @staticmethod
    def set(cfg: Config, path: str, value: Any) -> None:
        """Set the value at ``path``, making the mappings on the way.

        Raises:
            FrozenConfigError: The config is frozen.
        """
        access.set_at(cfg, path, value)

    @staticmethod
    def update(cfg: Config, values: Config | Mapping[str, Any]) -> None:
        """Lay ``values`` over a config, in place: mappings merge deeply, anything else is replaced.

        Raises:
            FrozenConfigError: The config is frozen.
        """
        access.update(cfg, as_config(values))

    @staticmethod
    def set_throw_on_missing(cfg: Config, throw: bool) -> None:
        """Say whether reading an absent key raises, as it does at first, or gives None."""
        cfg.__tree__.quiet = not throw

    @staticmethod
    def delete(cfg: Config, path: str) -> None:
        """Remove the key or item at ``path``.

        Raises:
            MissingKeyError: There is nothing at ``path``.
            FrozenConfigError: The config is frozen.
        """
        access.delete_at(cfg, path)

    @staticmethod
    def resolve(cfg: Config) -> None:
        """Work out every reference now.

        Raises:
            InterpolationError: A value cannot be worked out.
            ResolveError: Several values cannot be; it carries an error for each.
        """
        export.resolve(cfg)

    @staticmethod
    def to_dict(cfg: Config, resolve: bool = True, *, reveal: bool = False) -> dict[str, Any]:
        """Return plain dicts and lists.

        Args:
            cfg: The config.
            resolve: Whether references are worked out; they stay as text otherwise.
            reveal: Whether secrets are shown.
        """
        return export.to_dict(cfg, resolve=resolve, reveal=reveal)

    @staticmethod
    def to_sdn(cfg: Config, resolve: bool = True, *, reveal: bool = False) -> str:
        """Return SDN text; see `Conf.to_dict`."""
        return export.to_sdn(cfg, resolve=resolve, reveal=reveal)

    @staticmethod
    def freeze(cfg: Config) -> Config:
        """Return a config that cannot change, not even in its lists; it is hashable."""
        return state.freeze(cfg)

    @staticmethod
    def unfreeze(cfg: Config) -> Config:
        """Return an independent copy that can change."""
        return state.unfreeze(cfg)

    @staticmethod
    def is_frozen(cfg: Config) -> bool:
        """Return whether a config cannot change."""
        return state.is_frozen(cfg)

    @staticmethod
    def fingerprint(cfg: Config) -> str:
        """Return the sha256 of what a config says, all references worked out."""
        return state.fingerprint(cfg)

    @staticmethod
    def origin(cfg: Config, path: str) -> Origin:
        """Return where the value at ``path`` was written; prints as ``config/train.sdn:7:5``.

        Raises:
            MissingKeyError: There is nothing at ``path``.
        """
        return history.origin(cfg, path)

    @staticmethod
    def history(cfg: Config, path: str) -> list[history.Entry]:
        """Return every value that was set at ``path``, the current one first, each with its origin.

        Raises:
            MissingKeyError: There is nothing at ``path``.
        """
        return history.history(cfg, path)

    @staticmethod
    def validate(
        schema: type[T],
        cfg: Config | Mapping[str, Any],
        convert: bool = True,
        strict: bool = True,
        allow_missing: bool = False,
    ) -> T:
        """Return ``cfg`` as an object of ``schema``.

        Args:
            schema: An attrs class, a dataclass or a class made by ``@schema``.
            cfg: A config or plain data.
            convert: Whether exact conversions are made, such as ``"100"`` to 100.
            strict: Whether keys that the schema does not have are errors.
            allow_missing: Whether absent fields become ``MISSING``.

        Raises:
            ValidationError: The config does not fit; it carries every issue.
        """
        return diagnosis.validate(schema, cfg, convert=convert, strict=strict, allow_missing=allow_missing)

    @staticmethod
    def check_schema(
        cfg: Config | Mapping[str, Any], schema: type, convert: bool = True, strict: bool = True
    ) -> list[ValidationIssue]:
        """Return everything in ``cfg`` that does not fit ``schema``; an empty list where it fits."""
        return diagnosis.check_schema(cfg, schema, convert=convert, strict=strict)

    register_resolver = staticmethod(resolvers.register)
    clear_resolver = staticmethod(resolvers.clear)
    main = staticmethod(commandline.main)
    cli = staticmethod(commandline.cli)


def as_config(values: Config | Mapping[str, Any]) -> Config:
    """Return a config as it is, and plain data as a config."""
    return values if isinstance(values, Config) else Conf.from_dict(values)


def loaded(cfg: Config, lazy_resolve: bool) -> Config:
    """Return ``cfg``, worked out where it should not be lazy."""
    if not lazy_resolve:
        export.resolve(cfg)
    return cfg
