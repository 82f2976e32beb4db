"""Measures a perception stack against the truth; knows no ROS."""
