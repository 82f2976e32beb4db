#version 330 core
// Every buffer of a picture in one rasterization.
#include "frame.glsl"
#include "lights.glsl"
#include "shadow.glsl"
#include "shading.glsl"
#include "picture.glsl"

flat in vec4 albedo;
flat in vec4 material;
flat in vec4 texturing;
flat in uvec2 identity;
#ifdef IMPOSTOR
#include "impostor.glsl"
#else
in vec3 point;
in vec3 bent;
in vec3 coordinate;
#ifdef NORMALS
flat in mat3 camera_from_geom;
uniform sampler2D facets;
#endif
#endif

#include "painted.glsl"

layout(location = 0) out vec4 color;
// What is drawn again for antialiasing is colour alone; ids and depth stay as they are.
#ifndef COLOR_ALONE
layout(location = 1) out float depth_m;
layout(location = 2) out uint geom;
#ifdef NORMALS
layout(location = 3) out vec4 facet;
#endif
#endif

void main() {
#ifdef IMPOSTOR
    vec3 origin, ray;
    Hit hit = meet(origin, ray);
    if (!hit.found) discard;
    gl_FragDepth = buffer_depth(hit.z);
    vec3 point = ray * hit.z;
    vec3 n = vec3(dot(row_x.xyz, hit.normal), dot(row_y.xyz, hit.normal), dot(row_z.xyz, hit.normal));
    vec3 geometric = n;
#ifdef TEXTURED
    vec3 coordinate = texture_place(texturing, own_place(hit), hit.local, size.xyz);
#else
    vec3 coordinate = vec3(0.0);
#endif
#else
    vec3 n = normalize(bent);
    vec3 geometric = n;
#endif
    vec4 paint = albedo * base_color(coordinate);
    Material m = Material(paint.rgb, material.x, material.y, material.z, 1.0, paint.rgb * material.w);
    refine(m, n, point, coordinate);
    vec3 light = shade(m, point, n, geometric);
    color = vec4(tone_mapped(light), paint.a);
#ifndef COLOR_ALONE
    depth_m = point.z;
    geom = identity.x;
#ifdef NORMALS
#ifdef IMPOSTOR
    vec3 exact = n;
#else
    int number = int(identity.y) + gl_PrimitiveID;
    vec3 exact = camera_from_geom * texelFetch(facets, ivec2(number & 4095, number >> 12), 0).xyz;
#endif
    facet = vec4(dot(exact, point) > 0.0 ? -exact : exact, 0.0);
#endif
#endif
}
