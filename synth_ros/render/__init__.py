"""Images from one simulation state: colour, depth and geom ids."""
