"""How a frame was made, told with it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from synth_ros import __version__
from synth_ros.pipeline.instant import Course, Instant

if TYPE_CHECKING:
    from synth_ros.pipeline.episode import Episode


def describe(episode: Episode) -> dict[str, object]:
    """What the provenance of all frames of the episode says."""
    stage = episode.stage
    told = stage.steering.record()
    return {
        'synth_ros': __version__,
        'config_hash': stage.loaded.config_hash,
        'seed': stage.seed,
        'renderer': stage.renderer.name,
        'thresholds': {
            'min_pixels': stage.config.labels.min_pixels,
            'min_visibility': stage.config.labels.min_visibility,
        },
        'redraws': [redraw._asdict() for redraw in episode.redraws],
        'refused_shapes': episode.clutter.refused,
        'scene': episode.sampled.model_dump(mode='json'),
        **({'steering': told} if told else {}),
    }


def provenance_json(episode: Episode, now: Instant, course: Course, *, number: int) -> str:
    """How a frame was made, as JSON.

    Args:
        episode: The episode.
        now: Its instant.
        course: Of the episode.
        number: Of the frame among those of its camera.
    """
    record = {
        **episode.origin,
        'motion': course.motion,
        'frames': course.frames,
        'frame': number,
        'view': now.drawn.model_dump(mode='json'),
        'unlabelled': {name: pose for name, *pose in now.unlabelled},
    }
    here = {item.name for item in now.taken[0].frame.instances}
    waiting = [o.name for o in episode.sampled.objects if o.waits and o.name not in here]
    if waiting:
        record['waiting'] = waiting
    if course.motion == 'sequence':
        # A robot on its way is in no posture that was drawn.
        record['robot'] = {
            'joints': {joint.name: joint.position for joint in now.joints},
            'world_from_first_link': [
                row.tolist() for link in now.links[:1] for row in link.world_from_link
            ],
        }
    if now.commanded is not None:
        # Where the robot went is no function of config, seed and number.
        accepted, pose, twist = now.commanded
        record['commanded'] = {'accepted': accepted, 'base': pose, 'twist': twist}
    if now.phase is not None:
        record['phase'] = now.phase.model_dump(mode='json')
    return json.dumps(record, sort_keys=True, separators=(',', ':'))
