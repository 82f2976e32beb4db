"""One rasterization for colour, depth, ids and normals: our own OpenGL renderer."""
