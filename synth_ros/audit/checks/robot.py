"""Link poses and joints: rigid, and the same in labels and topics."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from synth_ros.audit import pinhole
from synth_ros.audit.checks.camera import not_rigid
from synth_ros.audit.measure import Measure
from synth_ros.audit.view import View


def links(view: View) -> Iterator[Measure]:
    """Each link's pose is rigid, and TF says the same."""
    robot, messages = view.frame.record.robot, view.frame.messages
    if robot is None:
        return
    world_from_camera = pinhole.rigid(view.frame.record.world_from_camera)
    tf = messages.links if messages else {}
    probe = np.vstack([np.eye(3), np.zeros((1, 3))])
    for link in robot.links:
        pose = pinhole.rigid(link.camera_from_link)
        errors = [1000 * not_rigid(pose)]
        detail = 'the pose is not rigid'
        frame = link.name.replace('/', '_')
        if frame in tf:
            true = pinhole.move(tf[frame], probe)
            found = pinhole.move(world_from_camera @ pose, probe)
            errors.append(1000 * float(np.linalg.norm(found - true, axis=1).max()))
            detail = 'labels and TF put it elsewhere'
        yield view.find.errors(
            'robot', errors, subject=link.name, detail=detail if max(errors) > 0 else ''
        )
    published = messages.joints if messages else None
    for joint in robot.joints:
        if published is None:
            return
        position, velocity = published.get(joint.name, (np.nan, np.nan))
        yield view.find.errors(
            'robot',
            [1000 * abs(position - joint.position), 1000 * abs(velocity - joint.velocity)],
            subject=f'joint {joint.name}',
            detail=f'{joint.position} rad or m in labels, {position} in joint_states',
        )
