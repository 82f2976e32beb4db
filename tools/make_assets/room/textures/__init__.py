"""Procedural images of floors, walls, wood, cloth and pictures."""
