"""Pickles made by version 0.3.0 name ``simple_conf.diagnosis``."""

from simple_conf.errors import ValidationIssue

__all__ = ["ValidationIssue"]
