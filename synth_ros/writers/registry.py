"""The dataset formats by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from synth_ros.writers.coco import CocoWriter

WRITERS: Mapping[str, type[CocoWriter]] = MappingProxyType({'coco': CocoWriter})
"""All dataset writers; a new format adds its class to the value type and a line here."""
