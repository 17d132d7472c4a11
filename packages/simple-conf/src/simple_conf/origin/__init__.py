"""Origins of values; version 0.3.0 had all of these in one module, which its pickles name."""

from simple_conf.origin.layers import ArgumentLayer, CodeLayer, NamedLayer, TextLayer
from simple_conf.origin.origin import Origin, restored

__all__ = ["ArgumentLayer", "CodeLayer", "NamedLayer", "Origin", "TextLayer", "restored"]
