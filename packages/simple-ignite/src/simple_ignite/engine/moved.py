"""Aliases of modules that have moved since 0.3.0: pickles of that version name them."""

from __future__ import annotations

import sys

from simple_ignite.engine import events, state

sys.modules["simple_ignite.events"] = events
sys.modules["simple_ignite.state"] = state
