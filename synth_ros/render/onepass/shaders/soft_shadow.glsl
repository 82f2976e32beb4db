// Percentage-closer soft shadows (Fernando 2005): the farther a blocker is from what it shades, the
// wider the edge that a bulb of this size draws.
uniform sampler2D shadow_depths;

const int BLOCKER_TAPS = 16, SOFT_TAPS = 32;
// Radii of the map's pictures of a bulb that are followed, texels.
const float NARROWEST = 0.7, WIDEST = 64.0;

// Points on a disk, evenly spread: the golden angle (Vogel 1979).
vec2 disk(int index, int count, float turn) {
    float radius = sqrt((float(index) + 0.5) / float(count));
    float angle = float(index) * 2.39996323 + turn;
    return radius * vec2(cos(angle), sin(angle));
}

// How the depth of the plane through a point changes over the atlas: what is beside the point on
// the same plane is no blocker.
vec2 depth_slope(Lamp lamp, vec4 clip, vec3 normal) {
    vec3 aside = abs(normal.x) < 0.7 ? vec3(1.0, 0.0, 0.0) : vec3(0.0, 1.0, 0.0);
    vec3 along = normalize(cross(normal, aside));
    vec4 a = lamp.shadow * vec4(along, 0.0), b = lamp.shadow * vec4(cross(normal, along), 0.0);
    vec3 place = clip.xyz / clip.w;
    vec3 u = (a.xyz - place * a.w) / clip.w, v = (b.xyz - place * b.w) / clip.w;
    float area = u.x * v.y - u.y * v.x;
    // Seen from the side, a plane has no slope that would help.
    float usable = step(1e-3 * dot(u.xy, u.xy) + 1e-3 * dot(v.xy, v.xy), abs(area));
    return usable * vec2(u.z * v.y - v.z * u.y, v.z * u.x - u.z * v.x) / (abs(area) > 0.0 ? area : 1.0);
}

float metres(Lamp lamp, float depth) {
    return lamp.position.w > 0.5 ? lamp.depths.y / (depth - lamp.depths.x) : depth * lamp.depths.z;
}

float soft(Lamp lamp, vec3 place, vec2 slope, float distance_m) {
    // Another turn in each pixel (interleaved gradient noise, Jimenez 2014): noise instead of bands.
    float turn = 6.2831853 * fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715))));
    vec2 texel = lamp.tile.zw * (1.0 / SHADOW_TEXELS);
    vec2 low = lamp.tile.xy + texel, high = lamp.tile.xy + lamp.tile.zw - texel;
    bool at_a_place = lamp.position.w > 0.5;
    // The bulb's picture on the map through a blocker half way to the lamp, or 1 m away from
    // where parallel light falls.
    float reach = lamp.color.w / max(lamp.cone.w * (at_a_place ? distance_m : 1.0), 1e-6);
    float search = clamp(reach, 1.0, WIDEST);
    float sum = 0.0, count = 0.0;
    for (int i = 0; i < BLOCKER_TAPS; ++i) {
        vec2 away = disk(i, BLOCKER_TAPS, turn) * search * texel;
        float there = textureLod(shadow_depths, clamp(place.xy + away, low, high), 0.0).r;
        float blocks = step(there, place.z + dot(slope, away));
        sum += blocks * metres(lamp, there);
        count += blocks;
    }
    float blocker_m = sum / max(count, 1.0), own_m = metres(lamp, place.z);
    float width = reach * max(own_m - blocker_m, 0.0) / (at_a_place ? max(blocker_m, 1e-3) : 1.0);
    width = clamp(width, NARROWEST, WIDEST);
    float light = 0.0;
    for (int i = 0; i < SOFT_TAPS; ++i) {
        vec2 away = disk(i, SOFT_TAPS, turn) * width * texel;
        vec3 spot = vec3(clamp(place.xy + away, low, high), place.z + dot(slope, away));
        light += texture(shadow_atlas, spot);
    }
    return count < 0.5 ? 1.0 : light / float(SOFT_TAPS);
}
