// The ray through the centre of this fragment's pixel; its z is 1, so distances are depths.
void pixel_ray(out vec3 origin, out vec3 ray) {
    vec2 place = (gl_FragCoord.xy - 0.5 - pixel_from_ray.zw) / pixel_from_ray.xy;
#ifdef PARALLEL
    origin = vec3(place, 0.0);
    ray = vec3(0.0, 0.0, 1.0);
#else
    origin = vec3(0.0);
    ray = vec3(place, 1.0);
#endif
}

float buffer_depth(float z) {
#ifdef PARALLEL
    return depth_range.z * z + depth_range.w;
#else
    return depth_range.z + depth_range.w / z;
#endif
}
