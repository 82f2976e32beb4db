"""The viewer itself, without a window: it shows the file and complains of nothing."""

import io
import socket
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import rerun as rr
import rerun.blueprint as rrb
from PIL import Image
from rerun.experimental import ViewerClient

pytestmark = pytest.mark.slow

# Said of the machine, not of the recording.
EXPECTED = ('Software rasterizer', 'Docker', 'XDG_RUNTIME_DIR', 'Failed to render screenshot')


@pytest.fixture
def viewer(tmp_path, monkeypatch):
    """A viewer with settings of its own; it reports its use to nobody."""
    for name in ('HOME', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_CACHE_HOME'):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv('CI', 'true')
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        port = probe.getsockname()[1]
    client = ViewerClient.spawn(
        headless=True,
        port=port,
        executable_path=str(Path(sys.executable).with_name('rerun')),
        hide_welcome_screen=True,
    )
    yield client
    client.quit()


def until(found, patience_s=120.0):
    """Wait until something is there; on a busy machine, the viewer may not answer in time."""
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        try:
            result = found()
        except TimeoutError:
            continue
        if result:
            return result
        time.sleep(0.2)
    raise AssertionError(f'nothing within {patience_s} s')


def picture_of(viewer, view_id=None):
    """What a view, or the whole window, looks like."""
    data = until(lambda: viewer.take_screenshot(view_id))
    return np.asarray(Image.open(io.BytesIO(data)).convert('RGB')).astype(int)


def test_every_view_shows_what_it_should(viewer, rrd, instants):
    viewer.open(str(rrd))
    until(lambda: viewer.get_state().views)
    for instant in (instants[0], instants[-1]):
        viewer.set_time('stamp', duration=np.timedelta64(instant.shown_ns, 'ns'))
        picture_of(viewer)
        state = viewer.get_state()
        assert [(view.name, view.reports) for view in state.views if view.reports] == []
    # Tabs in the background are listed, too.
    names = {view.name for view in state.views}
    assert {'World', 'head: boxes', 'top: boxes', 'Depth', 'Joints', 'About'} <= names
    told = [entry.message for entry in viewer.get_logs() if entry.level in ('WARN', 'ERROR')]
    assert [line for line in told if not any(word in line for word in EXPECTED)] == []


def test_where_the_viewer_draws_pixels_and_boxes(viewer, tmp_path):
    """What the half pixel in ``pinholes`` rests on, seen in the viewer's own picture.

    A box of pixel edges around pixel (2, 1), and the point in space that a pinhole with half a
    pixel more projects there, fall on that pixel of the image.
    """
    size, fx = (8, 6), 8.0
    centre = np.array([3.5, 2.5])  # ours: integers are pixel centres
    pixel = np.array([2, 1])
    image = np.zeros((size[1], size[0], 3), np.uint8)
    image[pixel[1], pixel[0]] = (255, 0, 0)
    point = [*((pixel - centre) / fx), 1.0]
    k = [[fx, 0, centre[0] + 0.5], [0, fx, centre[1] + 0.5], [0, 0, 1]]
    stream = rr.RecordingStream('pixels', recording_id='pixels', send_properties=False)
    path = tmp_path / 'pixels.rrd'
    stream.save(path)
    stream.log('camera', rr.Pinhole(image_from_camera=k, resolution=size), static=True)
    stream.log('camera/rgb', rr.Image(image), static=True)
    box = [*pixel, *(pixel + 1)]
    stream.log(
        'camera/box',
        rr.Boxes2D(array=[box], array_format=rr.Box2DFormat.XYXY, colors=[(0, 255, 0)]),
        static=True,
    )
    stream.log('point', rr.Points3D([point], radii=[0.02], colors=[(0, 0, 255)]), static=True)
    view = rrb.Spatial2DView(origin='camera', contents=['$origin/**', '/point'])
    stream.send_blueprint(rrb.Blueprint(view, collapse_panels=True))
    stream.disconnect()
    viewer.open(str(path))
    (shown,) = until(lambda: viewer.get_state().views)
    time.sleep(1)
    picture = picture_of(viewer, shown.view_id)
    red, green, blue = (
        np.argwhere((picture[..., c] > 180) & (picture.sum(2) - picture[..., c] < 120))
        for c in range(3)
    )
    assert len(red) > 100
    assert len(green) > 100
    assert len(blue) > 10
    side = np.ptp(red, axis=0).max()
    middle = (red.min(0) + red.max(0)) / 2
    assert np.abs((green.min(0) + green.max(0)) / 2 - middle).max() < 0.05 * side
    assert np.abs(np.ptp(green, axis=0) - side).max() < 0.15 * side
    assert np.abs(blue.mean(0) - middle).max() < 0.05 * side
