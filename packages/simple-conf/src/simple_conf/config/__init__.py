"""The config objects that users hold."""

from simple_conf.config.config import Config, ConfigList

__all__ = ["Config", "ConfigList"]
