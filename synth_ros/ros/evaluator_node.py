"""Entry point of ``ros2 run synth_ros evaluator_node``; the node itself is ``evaluator``."""

from __future__ import annotations

import threading

from synth_ros.ros.runtime import run_main


def _body(stop: threading.Event) -> None:
    from synth_ros.ros.evaluator import evaluate

    evaluate(stop)


def main() -> None:
    """Run the evaluator node until it is told to stop."""
    run_main(_body)


if __name__ == '__main__':
    main()
