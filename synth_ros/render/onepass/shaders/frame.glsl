// What every program of a shot knows: the camera, the environment, the exposure.
// Optical frame throughout: x right, y down, z forward, metres. Row 0 of a target is the upper
// row of the image, so nothing is flipped when it is read.
layout(std140) uniform Frame {
    vec4 projection;         // clip x, y = projection.xy * p.xy + projection.zw * p.z
    vec4 pixel_from_ray;     // fx, fy, cx, cy in pixels of this target
    vec4 depth_range;        // near, far, and clip z = range.z * p.z + range.w
    vec4 light_scale;        // exposure, strength of the environment, exposure of what shines by itself, levels of the environment
    mat4 world_from_camera;  // rotation, for looking up the environment
    vec4 irradiance[9];      // spherical harmonics of irradiance / pi, optical frame
};

// Parallel rays go along z; then projection.zw and pixel_from_ray.zw are plain offsets.
vec4 clip_from_camera(vec3 p) {
#ifdef PARALLEL
    return vec4(projection.xy * p.xy + projection.zw, depth_range.z * p.z + depth_range.w, 1.0);
#else
    return vec4(projection.xy * p.xy + projection.zw * p.z, depth_range.z * p.z + depth_range.w, p.z);
#endif
}
