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
#ifdef NORMALS
flat out mat3 camera_from_geom;
#endif
#endif

void main() {
    vec3 local = position * extent.xyz;
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
#ifdef NORMALS
    camera_from_geom = transpose(mat3(pose_x.xyz, pose_y.xyz, pose_z.xyz));
#endif
#endif
}
