"""Labelled perception data for ROS 2 robots, rendered from MuJoCo simulations."""

__version__ = '0.1.0'
