"""How streams of a live simulation are published: as its config has it, or as it was told."""

from __future__ import annotations

import time
from dataclasses import replace

from synth_ros.config.load import LoadedConfig
from synth_ros.ros.messages import StreamOptions
from synth_ros.ros.mounts import mounts_move
from synth_ros.ros.sim_params import SimParams


def config_options(loaded: LoadedConfig, *, session: str) -> StreamOptions:
    """The options of a run of which nothing is told but its config.

    Args:
        loaded: The config.
        session: Name of the run.
    """
    config = loaded.config
    return StreamOptions(
        depth_encoding=config.output.live.depth_encoding,
        class_id_format=config.output.live.class_id_format,
        labels=config.labels,
        mounts_move=mounts_move(loaded),
        session=session,
        baselines_m={
            camera.name: camera.stereo.baseline_m
            for camera in config.cameras
            if camera.stereo is not None
        },
        imus=frozenset(camera.name for camera in config.cameras if camera.imu is not None),
    )


def stream_options(params: SimParams, loaded: LoadedConfig) -> StreamOptions:
    """The options of a run of the simulation node that begins now."""
    options = config_options(loaded, session=str(time.time_ns()))
    return replace(
        options,
        depth_encoding=params.depth_encoding or options.depth_encoding,
        class_id_format=params.class_id_format or options.class_id_format,
        color_qos=params.color_qos,
        depth_qos=params.depth_qos,
        infra_qos=params.infra_qos,
        imu_qos=params.imu_qos,
        labels_qos=params.labels_qos,
        jpeg_quality=params.jpeg_quality,
        snapshots=bool(params.snapshot_dataset),
    )
