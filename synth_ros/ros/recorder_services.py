"""The services of the recorder node."""

from __future__ import annotations

from collections.abc import Callable

from rclpy.node import Node
from std_srvs.srv import Trigger

from synth_ros.errors import SynthRosError

Deed = Callable[[], tuple[bool, str]]
"""Does what a service is asked for; whether it did, and a sentence."""


def offer(node: Node, name: str, deed: Deed) -> None:
    """Offer a Trigger service.

    Args:
        node: Offers it.
        name: Such as ``~/split``.
        deed: Does what it is asked for; an error of ours is the answer.
    """

    def serve(_request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        try:
            response.success, response.message = deed()
        except SynthRosError as error:
            response.success, response.message = False, str(error)
        node.get_logger().info(f'{name}: {response.message}')
        return response

    node.create_service(Trigger, name, serve)
