"""Message packages that the ROS 2 wheels do not carry, and the tool that builds them.

``vision_msgs``, ``tf2_msgs``, ``realsense2_camera_msgs`` and ``simulation_interfaces`` come with a
ROS 2 installation, but not with its Python wheels. Their field lists are kept here as definition
files (of the last two, those of what ``sim_node`` offers);
``python -m synth_ros.ros.interfaces.generate`` turns them into ordinary message packages of the
running Python environment. The type hashes prove that nodes built from the official packages
understand ours.
"""
