"""A subscriber that others lose quickly when it falls silent; prints the stamp of each image.

The middleware's own profile says how long its participant may be silent: a second and a half in
place of twenty, so that a test can wait for it.
"""

import os
import sys
import tempfile
from pathlib import Path

PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<profiles xmlns="http://www.eprosima.com/XMLSchemas/fastRTPS_Profiles">
  <participant profile_name="brief" is_default_profile="true">
    <rtps>
      <builtin>
        <discovery_config>
          <leaseDuration><sec>1</sec><nanosec>500000000</nanosec></leaseDuration>
          <leaseAnnouncement><sec>0</sec><nanosec>300000000</nanosec></leaseAnnouncement>
        </discovery_config>
      </builtin>
    </rtps>
  </participant>
</profiles>
"""


def main():
    with tempfile.TemporaryDirectory() as folder:
        profile = Path(folder, 'brief.xml')
        profile.write_text(PROFILE)
        for name in ('FASTDDS_DEFAULT_PROFILES_FILE', 'FASTRTPS_DEFAULT_PROFILES_FILE'):
            os.environ[name] = str(profile)
        import rclpy

        rclpy.init()
        listen(rclpy.create_node('vanishing'), sys.argv[1])


def listen(node, topic):
    import rclpy
    from sensor_msgs.msg import Image

    def tell(image):
        print(image.header.stamp.sec * 10**9 + image.header.stamp.nanosec, flush=True)

    node.create_subscription(Image, topic, tell, 10)
    rclpy.spin(node)


if __name__ == '__main__':
    main()
