"""Shapes that the room and the robot are made of, and the files they are written to."""
