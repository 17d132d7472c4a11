"""``Conf``: everything one does with a config, in one place."""

from __future__ import annotations

from collections.abc import Mapping as MappingType

from simple_conf import formats
from simple_conf.config import access, history, secrets
from simple_conf.config import diff as diffs
from simple_conf.config import freeze as freezing
from simple_conf.config.config import Config, as_config
from simple_conf.formats import writing
from simple_conf.merging.merge import merge
from simple_conf.merging.strategy import MergeStrategy, merge_mode
from simple_conf.origin.layers import caller
from simple_conf.references import resolvers
from simple_conf.schemas import validation
from simple_conf.script import commandline
from simple_conf.sources import compose, environment, override
from simple_conf.sources.extends import load as load_file
from simple_conf.tree import export
from simple_conf.tree.copying import adopt
from simple_conf.tree.editing import throw_on_missing
from simple_conf.tree.node import Tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, TypeVar

    from simple_conf.errors import ConfError
    from simple_conf.sources.watch import Watcher
    from simple_conf.tree.node import MappingNode

    T = TypeVar("T")
    Name = str | os.PathLike[str]


class Conf:
    """Load, merge, read, check and write configs; each name's own module does the work."""

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
        return loaded(load_file(path, extends=extends), lazy_resolve)

    @staticmethod
    def load_sdn(path: Name, *, lazy_resolve: bool = True, extends: bool = True) -> Config:
        """Load an SDN file, whatever its suffix; see `Conf.load`."""
        return loaded(load_file(path, ".sdn", extends=extends), lazy_resolve)

    @staticmethod
    def load_yaml(path: Name, *, lazy_resolve: bool = True, extends: bool = True) -> Config:
        """Load a YAML file by the rules of YAML 1.2, whatever its suffix; see `Conf.load`.

        Raises:
            MissingExtraError: PyYAML is not installed.
        """
        return loaded(load_file(path, ".yaml", extends=extends), lazy_resolve)

    @staticmethod
    def load_json(path: Name, *, lazy_resolve: bool = True, extends: bool = True) -> Config:
        """Load a JSON file, whatever its suffix; see `Conf.load`."""
        return loaded(load_file(path, ".json", extends=extends), lazy_resolve)

    @staticmethod
    def load_toml(path: Name, *, lazy_resolve: bool = True, extends: bool = True) -> Config:
        """Load a TOML file, whatever its suffix; see `Conf.load`."""
        return loaded(load_file(path, ".toml", extends=extends), lazy_resolve)

    @staticmethod
    def compose(path: Name, overrides: Sequence[str] = (), *, strict_keys: bool = False) -> Config:
        """Return a config file with the files that its keys and the overrides choose, and the overrides.

        Args:
            path: The config file; the folders of choices are beside it.
            overrides: Such as ``["model=resnet", "train.lr=0.1"]``.
            strict_keys: Whether an override of a key that is not there is an error.

        Raises:
            OverrideError: An override cannot be read, or chooses what is not there; the choices are listed.
            MergeError: The file itself chooses what is not there.
            LoadError: A file cannot be read.
        """
        return as_config(compose.load(path, overrides, strict_keys=strict_keys))

    @staticmethod
    def from_object(obj: Any) -> Config:
        """Return a config with the fields of an attrs object or a dataclass, nested ones too.

        Raises:
            TypeError: ``obj`` is neither.
        """
        from simple_conf.schemas.fields import to_plain
        from simple_conf.schemas.schema import is_schema

        if not is_schema(type(obj)):
            raise TypeError(f"from_object takes an attrs object or a dataclass, not {type(obj).__name__}")
        return Conf.from_dict(to_plain(obj))

    @staticmethod
    def from_env(
        prefix: str = "APP_", separator: str = "__", *, variables: Mapping[str, str] | None = None
    ) -> Config:
        """Return the config that environment variables make: ``APP_TRAIN__LR=5e-4`` sets ``train.lr``.

        Args:
            prefix: What the names of the variables begin with.
            separator: What is between the keys of a path; the keys are the parts in lower case.
            variables: By default those of this process.

        Raises:
            OverrideError: A variable's text is not an SDN value, or its name has an empty part.
        """
        return as_config(environment.from_env(prefix, separator, variables=variables))

    @staticmethod
    def parse_sdn(text: str, name: str = "<text>") -> Config:
        """Return the config of an SDN text.

        Args:
            text: The text.
            name: What errors call it.

        Raises:
            SdnSyntaxError: The text is not SDN.
        """
        return as_config(formats.parse_sdn(text, name))

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> Config:
        """Return a config with a copy of ``values``.

        Raises:
            TypeError: ``values`` is no mapping.
        """
        if not isinstance(values, MappingType):
            raise TypeError(f"from_dict takes a mapping, not {type(values).__name__}")
        tree = Tree()
        tree.root = adopt(values, tree, (), caller())
        return as_config(tree.root)

    @staticmethod
    def parse_dotlist(arguments: Sequence[str]) -> Config:
        """Return the config that a list of overrides makes, such as ``["train.lr=5e-4", "tags+=x"]``.

        Raises:
            OverrideError: An argument cannot be read; the message points into it.
        """
        return as_config(override.parse_dotlist(arguments, load_file))

    @staticmethod
    def from_cli_dotlist(arguments: Sequence[str] | None = None, *, ignore_unknown: bool = False) -> Config:
        """Return the config that command-line overrides make.

        Args:
            arguments: By default those of this process.
            ignore_unknown: Whether words that are no override are passed over; they are errors otherwise.

        Raises:
            OverrideError: An argument cannot be read; the message points into it.
        """
        return Conf.parse_dotlist(override.chosen(arguments, ignore_unknown))

    @staticmethod
    def merge(*configs: Config | Mapping[str, Any], strict_keys: bool = False) -> Config:
        """Return a new config with each one laid over those before it: later wins, mappings merge deeply.

        Args:
            configs: Configs or plain dicts; they stay as they are.
            strict_keys: Whether a key that the configs before do not have is an error.
        """
        return as_config(merge([config_of(config) for config in configs], strict_keys=strict_keys))

    @staticmethod
    def merge_with(
        base: Config | Mapping[str, Any],
        overlay: Config | Mapping[str, Any],
        strategy: MergeStrategy,
        *,
        strict_keys: bool = False,
    ) -> Config:
        """Return a new config with ``overlay`` laid over ``base`` by a strategy for arrays and nulls."""
        return as_config(merge([config_of(base), config_of(overlay)], strategy, strict_keys=strict_keys))

    merge_mode = staticmethod(merge_mode)
    get = staticmethod(access.get)
    has_path = staticmethod(access.has_path)

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
        access.update(cfg, config_of(values))

    set_throw_on_missing = staticmethod(throw_on_missing)
    delete = staticmethod(access.delete_at)
    resolve = staticmethod(export.resolve)
    to_dict = staticmethod(export.to_dict)
    to_sdn = staticmethod(writing.to_sdn)
    to_yaml = staticmethod(writing.to_yaml)
    to_json = staticmethod(writing.to_json)
    save = staticmethod(writing.save)
    diff = staticmethod(diffs.diff)
    mark_secret = staticmethod(secrets.mark)

    @staticmethod
    def watch(
        path: Name,
        callback: Callable[[Config], object],
        on_error: Callable[[ConfError], object] | None = None,
        interval: float = 0.5,
    ) -> Watcher:
        """Call ``callback`` with the new config whenever a file, or one that it extends, changes.

        Args:
            path: The config file.
            callback: Called in a thread of its own.
            on_error: Called for a broken edit, with what is wrong; printed to standard error by default.
            interval: Seconds between looks.

        Returns:
            A watcher with the last good ``.config`` and ``.stop()``; leaving a ``with`` block stops it too.
        """
        from simple_conf.sources.watch import Watcher

        return Watcher(path, callback, on_error, interval)

    @staticmethod
    def describe(schema: type, form: str = "markdown") -> str:
        """Return the documentation of a schema.

        Args:
            schema: An attrs class, a dataclass or a class made by ``@schema``.
            form: ``"markdown"`` for a table, ``"sdn"`` for a config file with defaults, help as comments.
        """
        from simple_conf.schemas.documentation import describe

        return describe(schema, form)

    @staticmethod
    def schema_of(cfg: Config, name: str = "AppCfg") -> str:
        """Return the source text of schema classes that ``cfg`` fits.

        Args:
            cfg: The config.
            name: What the outermost class is called.
        """
        from simple_conf.schemas.inference import schema_of

        return schema_of(cfg, name)

    @staticmethod
    def register_type(kind: Any, convert: Callable[[Any], Any]) -> None:
        """Let fields of type ``kind`` be read by ``convert``, which raises ValueError for what is none.

        Args:
            kind: The type, such as ``torch.dtype``.
            convert: Takes the plain value.
        """
        from simple_conf.schemas.structure import register_type

        register_type(kind, convert)

    freeze = staticmethod(freezing.freeze)
    unfreeze = staticmethod(freezing.unfreeze)
    is_frozen = staticmethod(freezing.is_frozen)
    fingerprint = staticmethod(freezing.fingerprint)
    origin = staticmethod(history.origin)
    history = staticmethod(history.history)
    validate = staticmethod(validation.validate)
    check_schema = staticmethod(validation.check_schema)
    if TYPE_CHECKING:  # staticmethod would hide the overloads
        register_resolver = resolvers.register
    else:
        register_resolver = staticmethod(resolvers.register)
    clear_resolver = staticmethod(resolvers.clear)
    main = staticmethod(commandline.main)
    cli = staticmethod(commandline.cli)


def config_of(values: Config | Mapping[str, Any]) -> Config:
    """Return a config as it is, and plain data as a config."""
    return values if isinstance(values, Config) else Conf.from_dict(values)


def loaded(root: MappingNode, lazy_resolve: bool) -> Config:
    """Return the root of a tree as a config, with everything resolved where it is not lazy."""
    if not lazy_resolve:
        export.resolve(root)
    return as_config(root)
