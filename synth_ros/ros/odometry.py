"""Where a robot that is driven is, and how fast it goes: odometry without an error."""

from __future__ import annotations

from geometry_msgs.msg import Point, Pose, Vector3
from geometry_msgs.msg import Twist as TwistMessage
from nav_msgs.msg import Odometry

from synth_ros.geometry.planar import carried
from synth_ros.pipeline.commands import Commanded
from synth_ros.ros.convert import header, rotation_message
from synth_ros.ros.names import WORLD_FRAME, link_frame
from synth_ros.types import LinkPose


def odometry_message(stamp_ns: int, link: LinkPose, commanded: Commanded) -> Odometry:
    """Odometry of the robot's first link in the world; all covariances are zero.

    Args:
        stamp_ns: Of the instant.
        link: The first link.
        commanded: How the base that carries it goes.
    """
    message = Odometry(header=header(stamp_ns, WORLD_FRAME), child_frame_id=link_frame(link.name))
    x, y, z = (float(value) for value in link.world_from_link[:3, 3])
    message.pose.pose = Pose(
        position=Point(x=x, y=y, z=z), orientation=rotation_message(link.world_from_link)
    )
    speeds = [float(v) for v in carried(commanded.twist, commanded.pose, link.world_from_link)]
    message.twist.twist = TwistMessage(
        linear=Vector3(x=speeds[0], y=speeds[1], z=speeds[2]),
        angular=Vector3(x=speeds[3], y=speeds[4], z=speeds[5]),
    )
    return message
