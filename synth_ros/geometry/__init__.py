"""Camera and frame mathematics: the pixel-centre rule and rigid transforms."""
