"""The values that travel between layers: frozen, with read-only arrays.

Conventions that hold everywhere:

* Pixels: integer coordinates are pixel centres (OpenCV, ROS). Column ``u`` grows to the
  right, row ``v`` downwards, the top-left pixel is (0, 0).
* Boxes: ``(x0, y0, x1, y1)`` are half-open pixel edges, so a box that covers the single
  pixel (3, 5) is ``(3, 5, 4, 6)``, and width is ``x1 - x0``.
* The camera frame is the optical frame of REP-103: x right, y down, z forward.
* Rigid transforms are 4x4 float64 matrices named ``target_from_source``.
"""

from __future__ import annotations

from synth_ros.types.arrays import (
    ByteImage,
    DepthImage,
    FloatArray,
    IdImage,
    MaskImage,
)
from synth_ros.types.camera import (
    CameraModel,
)
from synth_ros.types.frame import (
    Frame,
    Glimpse,
)
from synth_ros.types.imu import ImuSample
from synth_ros.types.instance import (
    NO_SYMMETRY,
    ContinuousSymmetry,
    Instance,
    KeypointSpec,
    Silhouette,
    Symmetry,
)
from synth_ros.types.labels import (
    STUFF_SEGMENT,
    Box2D,
    DenseLabels,
    Flow,
    FlowState,
    InstanceLabel,
    Keypoint,
    Labels,
    LinkLabel,
    Occluder,
    OrientedBox,
    Panoptic,
    Relation,
    RelationKind,
    RobotLabel,
    SceneLabels,
    Segment,
    Track,
    TrackEvent,
    TrackState,
)
from synth_ros.types.sample import (
    Category,
    Sample,
    SampleKey,
    Seen,
)
from synth_ros.types.state import (
    NO_MESH,
    NO_THING,
    Contact,
    JointState,
    Link,
    LinkPose,
    Part,
    SceneGeometry,
    SceneState,
    ShapeKind,
    SkeletonPoint,
    SoftShape,
    Surface,
    Thing,
    ThingKind,
    TriangleMesh,
    Tubes,
)

__all__ = [
    'NO_MESH',
    'NO_SYMMETRY',
    'NO_THING',
    'STUFF_SEGMENT',
    'Box2D',
    'ByteImage',
    'CameraModel',
    'Category',
    'Contact',
    'ContinuousSymmetry',
    'DenseLabels',
    'DepthImage',
    'FloatArray',
    'Flow',
    'FlowState',
    'Frame',
    'Glimpse',
    'IdImage',
    'ImuSample',
    'Instance',
    'InstanceLabel',
    'JointState',
    'Keypoint',
    'KeypointSpec',
    'Labels',
    'Link',
    'LinkLabel',
    'LinkPose',
    'MaskImage',
    'Occluder',
    'OrientedBox',
    'Panoptic',
    'Part',
    'Relation',
    'RelationKind',
    'RobotLabel',
    'Sample',
    'SampleKey',
    'SceneGeometry',
    'SceneLabels',
    'SceneState',
    'Seen',
    'Segment',
    'ShapeKind',
    'Silhouette',
    'SkeletonPoint',
    'SoftShape',
    'Surface',
    'Symmetry',
    'Thing',
    'ThingKind',
    'Track',
    'TrackEvent',
    'TrackState',
    'TriangleMesh',
    'Tubes',
]
