// How much of a lamp a point sees: 1 all, 0 none.
#if SHADOW_LAMPS > 0
uniform sampler2DShadow shadow_atlas;

// Four bilinear comparisons, a tent over three by three texels; or one.
float tent(vec3 place, vec2 texel) {
#if SHADOW_TAPS == 1
    return texture(shadow_atlas, place);
#else
    vec2 half_texel = 0.5 * texel;
    float sum = texture(shadow_atlas, vec3(place.xy - half_texel, place.z));
    sum += texture(shadow_atlas, vec3(place.xy + half_texel, place.z));
    sum += texture(shadow_atlas, vec3(place.x + half_texel.x, place.y - half_texel.y, place.z));
    sum += texture(shadow_atlas, vec3(place.x - half_texel.x, place.y + half_texel.y, place.z));
    return 0.25 * sum;
#endif
}

#ifdef SOFT_SHADOWS
#include "soft_shadow.glsl"
#endif

#ifdef SHADOW_COLUMNS
// The one of six images about a lamp that a point falls on, as if it were the lamp's only one.
Lamp side_towards(Lamp lamp, vec3 point) {
    vec3 apart = (lamp.shadow * vec4(point, 1.0)).xyz, size = abs(apart);
    int axis = size.x >= size.y && size.x >= size.z ? 0 : size.y >= size.z ? 1 : 2;
    float way = apart[axis] < 0.0 ? -1.0 : 1.0;
    vec3 ahead = vec3(0.0), aside = axis == 0 ? vec3(0.0, 1.0, 0.0) : vec3(1.0, 0.0, 0.0);
    ahead[axis] = way;
    vec3 right = cross(aside, ahead), down = cross(ahead, right);
    float number = lamp.depths.w + float(2 * axis) + (way < 0.0 ? 1.0 : 0.0);
    vec2 corner = vec2(mod(number, SHADOW_COLUMNS), floor(number / SHADOW_COLUMNS)) * lamp.tile.zw;
    vec2 half_size = 0.5 * lamp.tile.zw, middle = corner + half_size;
    // Rows first: place in the atlas and depth from the axes about the lamp.
    mat4 atlas = transpose(mat4(
        vec4(half_size.x * right + middle.x * ahead, 0.0),
        vec4(half_size.y * down + middle.y * ahead, 0.0),
        vec4(lamp.depths.x * ahead, lamp.depths.y),
        vec4(ahead, 0.0)));
    lamp.shadow = atlas * lamp.shadow;
    lamp.tile.xy = corner;
    return lamp;
}
#endif

float lit_share(Lamp lamp, vec3 point, vec3 normal, vec3 way, float distance_m) {
    // A texel's footprint grows with the distance from a lamp at a place; a point moved out by
    // it along its normal does not shadow itself.
    float slope = 1.0 - clamp(dot(normal, way), 0.0, 1.0);
    vec3 moved = point + normal * (lamp.cone.w * mix(1.0, distance_m, lamp.position.w) * (0.8 + 1.7 * slope));
#ifdef SHADOW_COLUMNS
    if (lamp.cone.z > 0.5) lamp = side_towards(lamp, moved);
#endif
    vec4 clip = lamp.shadow * vec4(moved, 1.0);
    vec3 place = clip.xyz / clip.w;
    vec2 texel = lamp.tile.zw * (1.0 / SHADOW_TEXELS);
    // Outside of a cone's tile there is no light to take away; parallel light stays as at its rim.
    place.xy = clamp(place.xy, lamp.tile.xy + 1.5 * texel, lamp.tile.xy + lamp.tile.zw - 1.5 * texel);
#ifdef SOFT_SHADOWS
    float share = soft(lamp, place, depth_slope(lamp, clip, normal), distance_m);
#else
    float share = tent(place, texel);
#endif
    return share;
}
#endif
