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
uniform sampler2D shadow_depths;

const int BLOCKER_TAPS = 12, SOFT_TAPS = 24;

// Points on a disk, evenly spread: the golden angle (Vogel 1979).
vec2 disk(int index, int count, float turn) {
    float radius = sqrt((float(index) + 0.5) / float(count));
    float angle = float(index) * 2.39996323 + turn;
    return radius * vec2(cos(angle), sin(angle));
}

// Percentage-closer soft shadows (Fernando 2005): the farther a blocker is from what it shades,
// the wider the edge that a bulb of this size draws.
float soft(Lamp lamp, vec3 place, vec2 texel, float distance_m) {
    float turn = 6.2831853 * fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715))));
    vec2 low = lamp.tile.xy + texel, high = lamp.tile.xy + lamp.tile.zw - texel;
    float parallel = 1.0 - lamp.position.w;
    // Width of the bulb on the map, as seen from the point, at the depth of the near plane.
    float reach = clamp(lamp.color.w / max(lamp.cone.w * mix(distance_m, 1.0, parallel), 1e-6), 1.0, 48.0);
    float sum = 0.0, count = 0.0;
    for (int i = 0; i < BLOCKER_TAPS; ++i) {
        vec2 spot = clamp(place.xy + disk(i, BLOCKER_TAPS, turn) * reach * texel, low, high);
        float there = texture(shadow_depths, spot).r;
        float blocks = step(there, place.z);
        sum += blocks * there;
        count += blocks;
    }
    if (count < 0.5) return 1.0;
    float blocker_m = mix(lamp.depths.y / (sum / count - lamp.depths.x), sum / count * lamp.depths.z, parallel);
    float own_m = mix(lamp.depths.y / (place.z - lamp.depths.x), place.z * lamp.depths.z, parallel);
    float width = clamp(reach * max(own_m - blocker_m, 0.0) / max(mix(blocker_m, 1.0, parallel), 1e-3), 0.7, 48.0);
    float light = 0.0;
    for (int i = 0; i < SOFT_TAPS; ++i) {
        vec2 spot = clamp(place.xy + disk(i, SOFT_TAPS, turn) * width * texel, low, high);
        light += texture(shadow_atlas, vec3(spot, place.z));
    }
    return light / float(SOFT_TAPS);
}
#endif

float lit_share(Lamp lamp, vec3 point, vec3 normal, vec3 way, float distance_m) {
    // A texel's footprint grows with the distance from a lamp at a place; a point moved out by
    // it along its normal does not shadow itself.
    float slope = 1.0 - clamp(dot(normal, way), 0.0, 1.0);
    vec3 moved = point + normal * (lamp.cone.w * mix(1.0, distance_m, lamp.position.w) * (0.8 + 1.7 * slope));
    vec4 clip = lamp.shadow * vec4(moved, 1.0);
    vec3 place = clip.xyz / clip.w;
    vec2 texel = lamp.tile.zw * (1.0 / SHADOW_TEXELS);
    // Outside of a cone's tile there is no light to take away; parallel light stays as at its rim.
    place.xy = clamp(place.xy, lamp.tile.xy + 1.5 * texel, lamp.tile.xy + lamp.tile.zw - 1.5 * texel);
#ifdef SOFT_SHADOWS
    float share = soft(lamp, place, texel, distance_m);
#else
    float share = tent(place, texel);
#endif
    return share;
}
#endif
