#version 330 core
// What a pixel shows of a surface. Drawn for the surface layers (SURFACES), which are lit
// afterwards, each pixel once; or lit at once: what is see-through, and fine samples of edges
// (COLOR_ALONE).
#include "frame.glsl"
#ifndef SURFACES
#include "lights.glsl"
#include "shadow.glsl"
#endif
#include "shading.glsl"
#ifndef SURFACES
#include "ambient.glsl"
#endif

flat in vec4 albedo;
flat in vec4 material;
flat in vec4 texturing;
flat in uvec2 identity;
#ifdef IMPOSTOR
#include "impostor.glsl"
#else
#include "ray.glsl"
in vec3 point;
in vec3 bent;
in vec3 coordinate;
#ifdef NORMALS
flat in mat3 camera_from_geom;
uniform sampler2D facets;
#endif
#endif
#include "painted.glsl"

#ifndef SURFACES
#include "picture.glsl"
layout(location = 0) out vec4 color;
#endif
#ifndef COLOR_ALONE
#include "packed.glsl"
layout(location = 1) out uvec4 packed_surface;
#ifdef NORMALS
layout(location = 2) out vec4 facet;
#endif
#endif

void main() {
#ifdef IMPOSTOR
    vec3 origin, ray;
    Hit hit = meet(origin, ray);
    if (!hit.found) discard;
    gl_FragDepth = buffer_depth(hit.z);
    vec3 point = ray * hit.z;
    vec3 exact = vec3(dot(row_x.xyz, hit.normal), dot(row_y.xyz, hit.normal), dot(row_z.xyz, hit.normal));
    vec3 n = exact;
#ifdef TEXTURED
    vec3 coordinate = texture_place(texturing, own_place(hit), hit.local);
#if defined(CYLINDER) && defined(TEXTURE_2D)
    coordinate.z = abs(hit.normal.z);
#endif
#else
    vec3 coordinate = vec3(0.0);
#endif
#else
    vec3 n = normalize(bent);
#endif
    vec3 geometric = n;
    vec4 paint = albedo * base_color(coordinate);
    Material m = Material(paint.rgb, material.x, material.y, material.z, 1.0, paint.rgb * material.w);
    refine(m, n, point, coordinate);
#ifndef SURFACES
#ifdef AMBIENT_SCALE
    m.occlusion *= ambient_at(point.z);
#endif
    vec3 light = shade(m, point, n, geometric);
    color = vec4(tone_mapped(light), paint.a);
#endif
#ifndef COLOR_ALONE
    packed_surface = uvec4(identity.x, floatBitsToUint(point.z), pack_normal(n), pack_base(paint.rgb, material.w));
#ifdef NORMALS
#ifndef IMPOSTOR
    int number = int(identity.y) + gl_PrimitiveID;
    vec3 fixed_facet = camera_from_geom * texelFetch(facets, ivec2(number & 4095, number >> 12), 0).xyz;
    vec3 exact = identity.y == 0xFFFFFFFFu ? cross(dFdx(point), dFdy(point)) : fixed_facet;
#endif
    exact = normalize(exact);
    facet = vec4(dot(exact, point) > 0.0 ? -exact : exact, 0.0);
#endif
#endif
}
