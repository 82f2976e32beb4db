"""How the simulation node publishes its streams: by its parameters, else by the config."""

from __future__ import annotations

import time

from synth_ros.config.load import LoadedConfig
from synth_ros.ros.messages import StreamOptions
from synth_ros.ros.mounts import mounts_move
from synth_ros.ros.sim_params import SimParams


def stream_options(params: SimParams, loaded: LoadedConfig) -> StreamOptions:
    """The options of a run that begins now."""
    config = loaded.config
    return StreamOptions(
        depth_encoding=params.depth_encoding or config.output.live.depth_encoding,
        class_id_format=params.class_id_format or config.output.live.class_id_format,
        labels=config.labels,
        color_qos=params.color_qos,
        depth_qos=params.depth_qos,
        infra_qos=params.infra_qos,
        imu_qos=params.imu_qos,
        labels_qos=params.labels_qos,
        jpeg_quality=params.jpeg_quality,
        mounts_move=mounts_move(loaded),
        session=str(time.time_ns()),
        baselines_m={
            camera.name: camera.stereo.baseline_m
            for camera in config.cameras
            if camera.stereo is not None
        },
        imus=frozenset(camera.name for camera in config.cameras if camera.imu is not None),
        snapshots=bool(params.snapshot_dataset),
    )
