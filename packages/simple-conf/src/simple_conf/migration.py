"""Hints for users of OmegaConf and Hydra: what their options, keys and resolvers are called here."""

from __future__ import annotations

OPTIONS = {
    "m": "a script runs once; start it for each value, from a loop",
    "multirun": "a script runs once; start it for each value, from a loop",
    "cfg": "--show prints the config",
    "resolve": "--show prints the config, references resolved",
    "info": "--show prints the config with the place of every value",
    "hydra-help": "--help prints the keys, --show the config",
    "package": "--show prints the config",
    "config-name": "name the config file first, without an option: config/train.sdn",
    "config-path": "name the config file first, without an option: config/train.sdn",
    "config-dir": "name the config file first, without an option: config/train.sdn",
    "shell-completion": "--completion bash, zsh or fish prints a completion script",
}
"""Options, without their dashes."""

KEYS = {
    "defaults": (
        "there is no list of defaults here: write `model: resnet` for a config group, "
        "`extends: base.sdn` for a file"
    ),
    "hydra": "there are no settings of Hydra here; a run's folder is a value: runs/${time.now:%Y-%m-%d}",
    "_target_": "a config names no code here: use a union of schemas, each with a method that makes it",
    "_self_": "a file is merged over those that it extends",
}
"""Keys."""

RESOLVERS = {
    "hydra": "there is none of Hydra's values here; ${sys.cwd} is the working folder",
    "now": "write ${time.now:…}",
    "oc.env": "write ${env:NAME} or ${env:NAME,default}",
    "oc.decode": "write ${decode:…}",
    "oc.select": "write ${get:path,default}",
    "oc.create": "write the value itself, or ${decode:…}",
    "oc.dict.keys": "register a resolver for it with Conf.register_resolver",
    "oc.dict.values": "register a resolver for it with Conf.register_resolver",
    "oc.deprecated": "register a resolver for it with Conf.register_resolver",
}
"""Resolvers."""
