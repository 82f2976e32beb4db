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
#ifdef PLANE
flat in vec4 level;
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
layout(location = 2) out uint facet;
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
#ifdef PLANE
    // Where the ray meets it: between corners far away too many digits are lost.
    vec3 origin, ray;
    pixel_ray(origin, ray);
    vec3 point = ray * (level.w / dot(level.xyz, ray));
    gl_FragDepth = buffer_depth(point.z);
#endif
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
#ifdef IMPOSTOR
    facet = 0xFFFFFFFFu;
#else
    facet = identity.y == 0xFFFFFFFFu ? identity.y : identity.y + uint(gl_PrimitiveID);
#endif
#endif
#endif
}
