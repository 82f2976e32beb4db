"""Entry point of ``ros2 run synth_ros sim_node``; the node itself is ``simulator``.

It imports neither ROS nor MuJoCo itself: both read the environment when they are imported,
and an interrupt must end the process cleanly from its first moment on.
"""

from __future__ import annotations

import threading

from synth_ros.ros.runtime import run_main
from synth_ros.sim.memory import keep_free_memory


def _body(stop: threading.Event) -> None:
    from synth_ros.ros.simulator import simulate

    simulate(stop)


def main() -> None:
    """Run the simulation node until it is told to stop or its frames are made."""
    # Before the middleware has threads.
    keep_free_memory()
    run_main(_body)


if __name__ == '__main__':
    main()
