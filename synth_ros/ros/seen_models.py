"""Which object models annotations name, found without reading all of them."""

from __future__ import annotations

import json
import re

# A JSON text: a name in its quotes.
_MODEL_NAME = re.compile(rb'"model_name":("(?:[^"\\\\]|\\\\.)*")')


class SeenModels:
    """Names of models in the annotations seen so far.

    Attributes:
        names: Them.
    """

    def __init__(self) -> None:
        self.names: set[str] = set()
        self._seen: set[bytes] = set()

    def note(self, annotations: bytes) -> None:
        """Take note of a serialised annotations message."""
        for name in _MODEL_NAME.findall(annotations):
            if name not in self._seen:
                self._seen.add(name)
                self.names.add(str(json.loads(name)))
