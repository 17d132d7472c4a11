"""Hierarchical, typed configuration: SDN files, overrides, schemas, errors that name file and line."""

from simple_conf.__about__ import __version__
from simple_conf.conf import Conf
from simple_conf.config import Config
from simple_conf.errors import (
    ConfError,
    ConfigNotFoundError,
    DocumentError,
    FrozenConfigError,
    InterpolationCycleError,
    InterpolationError,
    InterpolationLimitError,
    KeyPathError,
    LoadError,
    MergeError,
    MissingExtraError,
    MissingKeyError,
    MissingValueError,
    OverrideError,
    PlacedError,
    ResolveError,
    ResolverError,
    ResolverUsageError,
    SdnLimitError,
    SdnSyntaxError,
    StrategyError,
    UnknownReferenceError,
    UnwritableError,
    ValidationError,
    ValidationIssue,
)
from simple_conf.merging.strategy import MergeStrategy
from simple_conf.schemas.schema import schema, validate
from simple_conf.values import MISSING, Secret, Table

__all__ = [
    "MISSING",
    "Conf",
    "ConfError",
    "Config",
    "ConfigNotFoundError",
    "DocumentError",
    "FrozenConfigError",
    "InterpolationCycleError",
    "InterpolationError",
    "InterpolationLimitError",
    "KeyPathError",
    "LoadError",
    "MergeError",
    "MergeStrategy",
    "MissingExtraError",
    "MissingKeyError",
    "MissingValueError",
    "OverrideError",
    "PlacedError",
    "ResolveError",
    "ResolverError",
    "ResolverUsageError",
    "SdnLimitError",
    "SdnSyntaxError",
    "Secret",
    "StrategyError",
    "Table",
    "UnknownReferenceError",
    "UnwritableError",
    "ValidationError",
    "ValidationIssue",
    "__version__",
    "schema",
    "validate",
]

__path__.append(f"{__path__[0]}/moved")  # where pickles made by version 0.3.0 find the modules that they name
