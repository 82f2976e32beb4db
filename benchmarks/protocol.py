"""How a benchmark and the process that makes frames for it talk; only Python's own library.

A contender is a process that answers each line ``{"frames": N}`` on its standard input by making
N frames and saying how long they took, by the clock and in processor time. Peers in environments
of their own speak it, too.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable


class Channel:
    """The contender's side. Make it first: what libraries print must not reach the answers."""

    def __init__(self) -> None:
        self._out = os.fdopen(os.dup(1), 'w', encoding='utf-8')
        os.dup2(2, 1)
        self.options: dict[str, object] = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}

    def serve(self, make: Callable[[int], object], **facts: object) -> None:
        """Make frames as asked until the benchmark closes the pipe.

        Args:
            make: Makes this many frames.
            facts: What the benchmark should know, such as the device.
        """
        self._say({'ready': True, **facts})
        for line in sys.stdin:
            frames = int(json.loads(line)['frames'])
            start, work = time.perf_counter(), time.process_time()
            make(frames)
            self._say(
                {
                    'seconds': time.perf_counter() - start,
                    'processor_s': time.process_time() - work,
                }
            )

    def _say(self, answer: dict[str, object]) -> None:
        self._out.write(json.dumps(answer) + '\n')
        self._out.flush()
