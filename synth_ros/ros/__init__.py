"""ROS 2 nodes and message conversion: the only place that imports rclpy."""
