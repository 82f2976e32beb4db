"""What the middleware, the kernel and the environment are set to; knows no ROS."""
