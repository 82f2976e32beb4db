#version 330 core
// Facet normals and depth, for ambient occlusion.
#include "frame.glsl"
#ifdef IMPOSTOR
#include "impostor.glsl"
#else
in vec3 point;
#endif

layout(location = 0) out vec4 facet;

void main() {
#ifdef IMPOSTOR
    vec3 origin, ray;
    Hit hit = meet(origin, ray);
    if (!hit.found) discard;
    gl_FragDepth = buffer_depth(hit.z);
    vec3 point = ray * hit.z;
    vec3 n = vec3(dot(row_x.xyz, hit.normal), dot(row_y.xyz, hit.normal), dot(row_z.xyz, hit.normal));
#else
    // Of the triangle itself: a normal smoothed over coarse triangles would see them rise beside it.
    vec3 n = normalize(cross(dFdx(point), dFdy(point)));
#endif
    facet = vec4(dot(n, point) > 0.0 ? -n : n, point.z);
}
