"""Moves a compiled scene: settling, robot posture, simulated time."""
