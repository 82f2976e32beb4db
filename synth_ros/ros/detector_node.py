"""Entry point of ``ros2 run synth_ros detector_node``; the node itself is ``detector``.

It imports neither ROS nor MuJoCo itself: both read the environment when they are imported,
and an interrupt must end the process cleanly from its first moment on.
"""

from __future__ import annotations

import threading

from synth_ros.ros.runtime import run_main


def _body(stop: threading.Event) -> None:
    from synth_ros.ros.detector import detect

    detect(stop)


def main() -> None:
    """Run the detector node until it is told to stop."""
    run_main(_body)


if __name__ == '__main__':
    main()
