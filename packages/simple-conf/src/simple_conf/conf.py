"""``Conf``: everything one does with a config, in one place.

The functions that take a schema, and those of a script's command line, import their module when they are
called: reading a config needs neither.
"""

from __future__ import annotations

from simple_conf import formats, schema_functions
from simple_conf.config import access, secrets
from simple_conf.config.config import Config, as_config, config_of, from_dict
from simple_conf.config.diff import diff
from simple_conf.config.freeze import fingerprint, freeze, is_frozen, unfreeze
from simple_conf.config.history import history, origin
from simple_conf.formats import writing
from simple_conf.generic import overload
from simple_conf.merging.merge import merge
from simple_conf.merging.strategy import MergeStrategy, merge_mode
from simple_conf.references import resolvers
from simple_conf.sources import compose, dotlist, environment
from simple_conf.sources.extends import load as load_file
from simple_conf.tree import export
from simple_conf.tree.editing import throw_on_missing

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping, Sequence
    from importlib.resources.abc import Traversable
    from typing import Any, TypeVar

    from simple_conf.errors import ConfError
    from simple_conf.sources.watch import Watcher

    F = TypeVar("F", bound=Callable[..., Any])
    R = TypeVar("R")
    T = TypeVar("T")
    Name = str | os.PathLike[str]
    File = Name | Traversable


class Conf:
    """Load, merge, read, check and write configs."""

    @staticmethod
    def load(path: File, *, lazy_resolve: bool = True, extends: bool = True) -> Config:
        """Load a config file; its suffix decides the format.

        Args:
            path: A ``.sdn``, ``.yaml``, ``.yml``, ``.json`` or ``.toml`` file: its path, ``pkg://package/file``
                for one of a package, or what ``importlib.resources.files`` leads to, also in a zip archive.
            lazy_resolve: Whether references are resolved when they are read; all at once otherwise.
            extends: Whether the files named by a top-level ``extends`` are loaded below this one.

        Raises:
            ConfigNotFoundError: There is no such file.
            LoadError: The file does not contain a valid config.
            SdnSyntaxError: The text is not SDN.
            ResolveError: With ``lazy_resolve=False``, values cannot be resolved.
        """
        return load_file(path, extends=extends, lazy_resolve=lazy_resolve)

    @staticmethod
    def load_sdn(path: File, *, lazy_resolve: bool = True, extends: bool = True) -> Config:
        """Load an SDN file, whatever its suffix; see `Conf.load`."""
        return load_file(path, ".sdn", extends=extends, lazy_resolve=lazy_resolve)

    @staticmethod
    def load_yaml(path: File, *, lazy_resolve: bool = True, extends: bool = True) -> Config:
        """Load a YAML file by the rules of YAML 1.2, whatever its suffix; see `Conf.load`.

        Raises:
            MissingExtraError: PyYAML is not installed.
        """
        return load_file(path, ".yaml", extends=extends, lazy_resolve=lazy_resolve)

    @staticmethod
    def load_json(path: File, *, lazy_resolve: bool = True, extends: bool = True) -> Config:
        """Load a JSON file, whatever its suffix; see `Conf.load`."""
        return load_file(path, ".json", extends=extends, lazy_resolve=lazy_resolve)

    @staticmethod
    def load_toml(path: File, *, lazy_resolve: bool = True, extends: bool = True) -> Config:
        """Load a TOML file, whatever its suffix; see `Conf.load`."""
        return load_file(path, ".toml", extends=extends, lazy_resolve=lazy_resolve)

    @staticmethod
    def compose(path: File, overrides: Sequence[str] = (), *, strict_keys: bool = False) -> Config:
        """Return a config file with the files that keys and overrides choose, overrides merged over it.

        Args:
            path: The config file; folders of choices are beside it, and beside the files that it extends.
            overrides: Such as ``["model=resnet", "train.lr=0.1"]``.
            strict_keys: Whether an override of a key that is not there is an error.

        Raises:
            OverrideError: An override cannot be read, or chooses what is not there; the choices are listed.
            MergeError: A file chooses what is not there.
            LoadError: A file cannot be read.
        """
        return compose.load(path, overrides, strict_keys=strict_keys)

    from_env = staticmethod(environment.from_env)
    from_dict = staticmethod(from_dict)
    parse_sdn = staticmethod(formats.parse_sdn)

    from_object = staticmethod(schema_functions.from_object)

    @staticmethod
    def parse_dotlist(arguments: Sequence[str]) -> Config:
        """Return the config that a list of overrides makes, such as ``["train.lr=5e-4", "tags+=x"]``.

        Raises:
            OverrideError: An argument cannot be read; the message points into it.
        """
        return as_config(dotlist.parse_dotlist(arguments, load_file))

    @staticmethod
    def from_cli_dotlist(arguments: Sequence[str] | None = None, *, ignore_unknown: bool = False) -> Config:
        """Return the config that command-line overrides make.

        Args:
            arguments: By default those of this process.
            ignore_unknown: Whether words that are not overrides are left out; they are errors otherwise.

        Raises:
            OverrideError: An argument cannot be read; the message points into it.
        """
        return Conf.parse_dotlist(dotlist.chosen(arguments, ignore_unknown))

    @staticmethod
    def merge(*configs: Config | Mapping[str, Any], strict_keys: bool = False) -> Config:
        """Return a new config with each one merged over those before it: later wins, mappings merge deeply.

        Args:
            configs: Configs or plain dicts; they stay as they are.
            strict_keys: Whether a key that the configs before do not have is an error.

        Raises:
            MergeError: A key is unknown under ``strict_keys``.
            OverrideError: An override among the configs does not fit.
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
        """Return a new config with ``overlay`` merged over ``base`` by a strategy for arrays and nulls.

        Args:
            base: A config or a plain dict, which stays as it is; ``overlay`` too.
            overlay: What is merged over it.
            strategy: How arrays and nulls are merged.
            strict_keys: Whether a key that ``base`` does not have is an error.

        Raises:
            MergeError: A key is unknown under ``strict_keys``.
            OverrideError: An override in ``overlay`` does not fit.
            StrategyError: The strategy names a path that neither config has.
        """
        merged = merge([config_of(base), config_of(overlay)], strategy, strict_keys=strict_keys)
        strategy.refuse_unused(merged)
        return as_config(merged)

    merge_mode = staticmethod(merge_mode)
    get = staticmethod(access.get)
    has_path = staticmethod(access.has_path)

    @staticmethod
    def set(cfg: Config, path: str, value: Any) -> None:
        """Set the value at ``path``, making the mappings on the way.

        Raises:
            FrozenConfigError: The config is frozen.
            PlacedError: The path leads through a value that has no keys or items.
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
    diff = staticmethod(diff)
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
            on_error: Called with the error of a broken edit; it is printed to standard error by default.
            interval: Seconds between checks.

        Returns:
            A watcher with the last good ``.config`` and ``.stop()``; leaving a ``with`` block stops it too.
        """
        from simple_conf.sources.watch import Watcher

        return Watcher(path, callback, on_error, interval)

    validate = staticmethod(schema_functions.validate)
    check_schema = staticmethod(schema_functions.check_schema)
    describe = staticmethod(schema_functions.describe)
    json_schema = staticmethod(schema_functions.json_schema)
    schema_of = staticmethod(schema_functions.schema_of)
    register_type = staticmethod(schema_functions.register_type)
    freeze = staticmethod(freeze)
    unfreeze = staticmethod(unfreeze)
    is_frozen = staticmethod(is_frozen)
    fingerprint = staticmethod(fingerprint)
    origin = staticmethod(origin)
    history = staticmethod(history)

    @overload
    @staticmethod
    def register_resolver(name: str, function: F, *, cache: bool = False, replace: bool = False) -> F: ...

    @overload
    @staticmethod
    def register_resolver(
        name: str, function: None = None, *, cache: bool = False, replace: bool = False
    ) -> Callable[[F], F]: ...

    @staticmethod
    def register_resolver(
        name: str, function: Any = None, *, cache: bool = False, replace: bool = False
    ) -> Any:
        """Make ``function`` the resolver behind ``${name:…}``; without a function, return a decorator.

        Args:
            name: Words of letters, digits, ``_`` and ``-``, joined by dots.
            function: Called with the SDN values between the commas; annotated parameters are converted by the
                rules of schemas. It is called once for each place of a config that uses it.
            cache: Whether one result serves every place of a config that passes the same arguments.
            replace: Whether a resolver of this name may be there already.

        Returns:
            The function itself.

        Raises:
            ResolverUsageError: The name is not valid, or taken.
            TypeError: ``function`` cannot be called.
        """
        if function is None:
            return lambda later: Conf.register_resolver(name, later, cache=cache, replace=replace)
        return resolvers.register(name, function, cache=cache, replace=replace, bind=bind_arguments)

    clear_resolver = staticmethod(resolvers.clear)

    @staticmethod
    def main(
        schema: type[T],
        config: File | None = None,
        env_prefix: str | None = None,
        ignore_unknown: bool = False,
    ) -> Callable[[Callable[[T], R]], Callable[[], R]]:
        """Make a function the script's entry: it gets the config as an object of ``schema``.

        ``@Conf.main(AppCfg, config="config/train.sdn")`` above ``def main(cfg: AppCfg)``; call ``main()``
        without arguments. The command line is an optional config file and overrides such as ``train.lr=0.1``.
        A mistake in them or in the file prints one message and exits 2.

        Args:
            schema: What the config must look like.
            config: The config file when none is given on the command line: relative to the working directory,
                or to the script where it is not found there.
            env_prefix: What the names of environment variables begin with that override the file, below
                the command line, such as ``"APP_"``; see ``Conf.from_env``. Default: none are.
            ignore_unknown: Whether options of others, as a launcher's ``--local_rank=0``, are passed over.

        Returns:
            A decorator; the function it makes takes no arguments.

        Raises:
            TypeError: ``schema`` is a function: ``@Conf.main`` is used without its brackets.
        """
        from simple_conf.script.commandline import main

        return main(schema, config, env_prefix, ignore_unknown)

    @staticmethod
    def cli(
        schema: type[T],
        argv: Sequence[str] | None = None,
        *,
        config: File | None = None,
        folder: str | None = None,
        env_prefix: str | None = None,
        ignore_unknown: bool = False,
    ) -> T:
        """Return the config that a command line asks for, as an object of ``schema``.

        ``--help``, ``--show``, ``--check`` and ``--completion`` print what they are for and exit.

        Args:
            schema: What the config must look like.
            argv: The words after the script's name; by default those of this process, none in a notebook.
            config: The config file when ``argv`` names none.
            folder: Where to look for ``config`` when it is not in the working directory.
            env_prefix: What the names of environment variables begin with that override the file, below
                the command line; default: none are.
            ignore_unknown: Whether options of others, as a launcher's ``--local_rank=0``, are passed over.

        Raises:
            ConfError: The file, an override or a value is wrong; the message names the place.
            SystemExit: An option was given, and what it asks for is printed.
        """
        from simple_conf.script.commandline import cli

        return cli(
            schema, argv, config=config, folder=folder, env_prefix=env_prefix, ignore_unknown=ignore_unknown
        )


def bind_arguments(function: Callable[..., Any]) -> Callable[[list[Any]], list[Any]]:
    """Return a function that converts a resolver's arguments by the rules of schemas."""
    from simple_conf.schemas.arguments import binder

    return binder(function)
