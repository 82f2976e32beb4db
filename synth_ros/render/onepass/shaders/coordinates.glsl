// Texture coordinates, as MuJoCo lays them out. Modes: 0 the shape's own, 1 from x and y, 2 a
// direction into a cube.
vec3 texture_place(vec4 mapping, vec2 own, vec3 local) {
    if (mapping.z < 0.5) return vec3(own * mapping.xy, 0.0);
    if (mapping.z < 1.5) return vec3(0.5 + local.xy * vec2(mapping.x, -mapping.y), 0.0);
    return local * mapping.xyw;
}
