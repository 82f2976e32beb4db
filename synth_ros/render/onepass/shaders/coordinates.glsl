// Texture coordinates, as MuJoCo lays them out. Modes: 0 the shape's own, 1 from x and y, 2 the
// direction of the point, 3 that of the point of the unscaled shape.
vec3 texture_place(vec4 mapping, vec2 own, vec3 local, vec3 extent) {
    if (mapping.z < 0.5) return vec3(own * mapping.xy, 0.0);
    if (mapping.z < 1.5) return vec3(0.5 + local.xy * vec2(mapping.x, -mapping.y), 0.0);
    return mapping.z < 2.5 ? local : local / extent;
}
