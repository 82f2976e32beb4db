// What textures say of a surface.
#include "coordinates.glsl"

#if defined(TEXTURE_2D)
uniform sampler2DArray base_texture;
#elif defined(TEXTURE_CUBE)
uniform samplerCube base_texture;
#endif
#ifdef ORM_TEXTURE
uniform sampler2D orm_texture;
#endif
#ifdef NORMAL_TEXTURE
uniform sampler2D normal_texture;
#endif
#ifdef EMISSIVE_TEXTURE
uniform sampler2D emissive_texture;
#endif

vec4 base_color(vec3 place) {
#if defined(TEXTURE_2D)
#ifdef IMPOSTOR
    // Around a round shape u jumps from 1 to 0, and v where a capsule's ends begin; the slope there is
    // that of the coordinate moved by half.
    vec2 dx = dFdx(place.xy), dy = dFdy(place.xy);
    vec2 moved = fract(place.xy / max(texturing.xy, 1e-9) + 0.5) * texturing.xy;
    vec2 mx = dFdx(moved), my = dFdy(moved);
    bvec2 jumps = lessThan(abs(mx) + abs(my), abs(dx) + abs(dy));
    dx = mix(dx, mx, vec2(jumps));
    dy = mix(dy, my, vec2(jumps));
#ifdef CYLINDER
    // Its caps have a picture of their own: there is no slope across their rims.
    float on_one = step(fwidth(place.z), 0.5);
    dx *= on_one;
    dy *= on_one;
#endif
    return textureGrad(base_texture, vec3(place.xy, texturing.w), dx, dy);
#else
    return texture(base_texture, vec3(place.xy, texturing.w));
#endif
#elif defined(TEXTURE_CUBE)
    return texture(base_texture, place);
#else
    return vec4(1.0);
#endif
}

// Occlusion, roughness, metal, bumps and glow.
void refine(inout Material m, inout vec3 n, vec3 point, vec3 place) {
#ifdef ORM_TEXTURE
    vec3 orm = texture(orm_texture, place.xy).rgb;
    m.occlusion = orm.r;
    m.roughness *= orm.g;
    m.metallic *= orm.b;
#endif
#ifdef EMISSIVE_TEXTURE
    m.emission += texture(emissive_texture, place.xy).rgb;
#endif
#ifdef NORMAL_TEXTURE
    // Tangents from the slopes of point and coordinate over the pixel; v goes down the picture.
    vec3 px = dFdx(point), py = dFdy(point);
    vec2 tx = dFdx(place.xy), ty = dFdy(place.xy);
    vec3 along = cross(py, n) * tx.x + cross(n, px) * ty.x;
    vec3 down = cross(py, n) * tx.y + cross(n, px) * ty.y;
    float longest = sign(dot(cross(px, py), n)) * inversesqrt(max(max(dot(along, along), dot(down, down)), 1e-30));
    vec3 bump = texture(normal_texture, place.xy).xyz * 2.0 - 1.0;
    n = normalize(along * (longest * bump.x) - down * (longest * bump.y) + n * bump.z);
#endif
}
