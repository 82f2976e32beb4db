#version 330 core
#include "frame.glsl"
#include "instance.glsl"
#include "coordinates.glsl"

in vec3 position;
in vec3 normal;
in vec2 uv;

// The same bits in every program: a silhouette covers exactly what the picture shows.
invariant gl_Position;

#ifdef COVERAGE
in uint group_bit;
flat out uint bit;
#elif !defined(SHADOW)
out vec3 point;
out vec3 bent;
out vec3 coordinate;
flat out vec4 albedo;
flat out vec4 material;
flat out vec4 texturing;
flat out uvec2 identity;
#endif

#ifdef PLANE
// Unit normal and distance: a point p of the plane has dot(normal, p) = distance.
flat out vec4 level;
#endif

void main() {
    vec3 local = position * abs(extent.xyz);
#ifdef PLANE
    // Where it is endless, what is drawn of it goes along with the eye.
    vec3 origin = vec3(pose_x.w, pose_y.w, pose_z.w);
    local.x -= extent.x < 0.0 ? dot(vec3(pose_x.x, pose_y.x, pose_z.x), origin) : 0.0;
    local.y -= extent.y < 0.0 ? dot(vec3(pose_x.y, pose_y.y, pose_z.y), origin) : 0.0;
    vec3 up = vec3(pose_x.z, pose_y.z, pose_z.z);
    level = vec4(up, dot(up, origin));
#endif
    vec3 p = to_camera(local);
    gl_Position = clip_from_camera(p);
#ifdef COVERAGE
    bit = group_bit;
#elif !defined(SHADOW)
    point = p;
    bent = turn_to_camera(normal);
    albedo = rgba;
    material = surface;
    texturing = mapping;
    identity = ids;
    coordinate = texture_place(mapping, uv, local);
#endif
}
