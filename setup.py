"""Name, version, contents and requirements of the package; the one place that states them.

colcon and pip both read this file. ``package.xml`` repeats name, version and the ROS packages for
rosdep and bloom, and ``synth_ros.__version__`` repeats the version for code that runs from a
checkout; a test compares them.
"""

from pathlib import Path

from setuptools import find_packages, setup

NAME = 'synth_ros'
HERE = Path(__file__).resolve().parent


def shared(folder: str, pattern: str) -> tuple[str, list[str]]:
    """Files to install under ``share/synth_ros``, where ROS tools look for them.

    Args:
        folder: A folder of the checkout; it keeps its own name, but not those above it.
        pattern: Which of its files.

    Returns:
        One entry of ``data_files``; paths are relative, as setuptools demands.
    """
    files = sorted(path.relative_to(HERE) for path in (HERE / folder).glob(pattern))
    return f'share/{NAME}/{Path(folder).name}', [str(path) for path in files]


setup(
    name=NAME,
    version='0.1.0',
    description='Labelled perception data for ROS 2 robots, rendered from MuJoCo simulations',
    author='synth_ros maintainers',
    author_email='synth-ros@users.noreply.github.com',
    maintainer='synth_ros maintainers',
    maintainer_email='synth-ros@users.noreply.github.com',
    license='Apache-2.0',
    python_requires='>=3.11',
    packages=find_packages(include=[NAME, f'{NAME}.*']),
    package_data={
        NAME: ['py.typed', 'assets/**/*'],
        f'{NAME}.pipeline.jetson': ['templates/*'],
        f'{NAME}.render.onepass': ['shaders/*'],
        f'{NAME}.report': ['templates/**/*'],
        f'{NAME}.ros.interfaces': ['*/msg/*.msg', '*/srv/*.srv', '*/action/*.action'],
    },
    data_files=[
        ('share/ament_index/resource_index/packages', [f'resource/{NAME}']),
        (f'share/{NAME}', ['package.xml']),
        shared('launch', '*.launch.py'),
        shared('config', '*.yaml'),
        shared('config', '*.xml'),
        shared(f'{NAME}/assets/network', '*'),
        shared('rviz', '*.rviz'),
        shared('foxglove', '*.json'),
    ],
    zip_safe=False,
    entry_points={
        'console_scripts': [
            'synth-ros = synth_ros.cli.main:main',
            'sim_node = synth_ros.ros.sim_node:main',
            'detector_node = synth_ros.ros.detector_node:main',
            'recorder_node = synth_ros.ros.recorder_node:main',
            'evaluator_node = synth_ros.ros.evaluator_node:main',
        ],
    },
    # Why each one is needed: docs/dependencies.md.
    install_requires=[
        'defusedxml>=0.7.1',
        'fsspec>=2024.3',
        'isal>=1.6',
        'jinja2>=3.1',
        'mcap>=1.2',
        'mcap-ros2-support>=0.5',
        'mink>=1.3',
        'moderngl>=5.10',
        'mujoco>=4.0,<4.1',
        'numba>=0.59',
        'numpy>=1.26',
        'opencv-python-headless>=4.8',
        'Pillow>=10.2',
        'pycocotools>=2.0.7',
        'pydantic>=2.7',
        'pycollada>=0.8',
        'PyOpenGL>=3.1.7',
        'PyYAML>=6.0.1',
        'rich>=13.7',
        'scipy>=1.11',
        'trimesh>=4.6',
        'typer>=0.12',
        'zstandard>=0.22',
    ],
    extras_require={
        # Optional; without it hollow objects collide as their convex hulls.
        'collision': ['coacd>=1.0'],
        # Optional; needed for the formats that are tables (hf-parquet, lerobot).
        'formats': ['pyarrow>=15.0'],
        # Optional; needed on every machine of a cluster (`generate --cluster`).
        'cluster': ['ray[client]>=2.40'],
        # Optional; for `detector_node` and `synth-ros detect`. A Jetson takes NVIDIA's own wheel.
        'detector': ['onnxruntime>=1.17'],
        # Optional; for `synth-ros view`. 170 MB, so not for everyone.
        'view': ['rerun-sdk>=0.41'],
        # Optional; what synth_ros.training gives tensors of. See pytorch.org for other builds.
        'torch': ['torch>=2.2'],
        # ROS 2 Jazzy for an environment without a ROS installation (Linux on x86_64).
        'ros': [
            'catkin-pkg>=1.0',  # the message generators import it, but their wheels do not ask
            'ros-rclpy[fastrtps]==7.1.6',
            'ros-jazzy-ament-index-python==1.8.1',
            'ros-jazzy-diagnostic-msgs==5.3.6',
            'ros-jazzy-geometry-msgs==5.3.6',
            'ros-jazzy-nav-msgs==5.3.6',
            'ros-jazzy-rosgraph-msgs==2.0.3',
            'ros-jazzy-sensor-msgs==5.3.6',
            'ros-jazzy-std-msgs==5.3.6',
            'ros-jazzy-std-srvs==5.3.6',
            'ros-jazzy-trajectory-msgs==5.3.6',
            'ros-jazzy-visualization-msgs==5.3.6',
        ],
        # `colcon test` runs pytest only when this list names it.
        'test': [
            'asyncio-for-robotics>=1.5',
            'cachetools>=7.0',
            'datasets>=3.6',
            'hypothesis>=6.90',
            'imagesize>=2.0',
            'json-stream>=2.4',
            'jsonschema>=4.18',
            'lxml>=6.0',
            'onnx>=1.15',
            'orjson>=3.10',
            'pandas>=2.2',
            'pytest>=8.0',
            'pytest-rerunfailures>=14.0',
            'pytest-timeout>=2.2',
            'pytest-xdist>=3.5',
            'rosbags>=0.11',
            'ruamel.yaml>=0.18',
            'shapely>=2.1',
            'supervision>=0.31',  # before, it asked for OpenCV with windows
            'webdataset>=1.0',
        ],
        # Asks for OpenCV 4, which would take the place of ours: scripts/setup.sh installs it
        # without what it asks for; the list above has what it really needs.
        'datumaro': ['datumaro==1.13.12'],
        # Containers that ours are compared with (benchmarks/bench_store.py).
        'bench': ['h5py>=3.11', 'lmdb>=1.5', 'pyarrow>=15.0', 'zarr>=3.0'],
        'dev': ['mypy>=1.13', 'ruff>=0.14', 'types-PyYAML', 'types-jsonschema'],
        # setuptools 80 dropped the command that `colcon build --symlink-install` calls.
        'build': [
            'colcon-bash',
            'colcon-core>=0.19',
            'colcon-defaults',
            'colcon-metadata',
            'colcon-package-selection',
            'colcon-python-setup-py',
            'colcon-recursive-crawl',
            'colcon-ros>=0.5',
            'colcon-test-result',
            'setuptools<80',
        ],
    },
)
