// Where the ray of a pixel enters a round shape; exact, with the front of the shape alone.
//
// The distance of the ray from the centre is computed from the point of the ray that is nearest
// to it, so that small and far shapes lose no digits (Haines, Guenther and Akenine-Moeller,
// "Precision improvements for ray/sphere intersection", Ray Tracing Gems, 2019).
#include "ray.glsl"

flat in vec4 row_x;
flat in vec4 row_y;
flat in vec4 row_z;
flat in vec4 size;

vec3 turn_to_geom(vec3 v) {
    return row_x.xyz * v.x + row_y.xyz * v.y + row_z.xyz * v.z;
}

struct Hit {
    bool found;
    float z;        // depth, metres
    vec3 local;     // point in the geom's frame
    vec3 normal;    // unit, geom's frame
};

// Entry into the unit sphere; the ray has origin o and direction d. `rest` is 1 less the squared
// distance of the ray from the centre: negative where they miss each other.
float enter_sphere(vec3 o, vec3 d, out float rest) {
    float dd = dot(d, d);
    float middle = -dot(o, d) / dd;
    vec3 nearest = o + middle * d;
    rest = 1.0 - dot(nearest, nearest);
    return middle - sqrt(max(rest, 0.0) / dd);
}

// The surface that this fragment's pixel shows.
Hit meet(out vec3 origin, out vec3 ray) {
    pixel_ray(origin, ray);
    vec3 o = turn_to_geom(origin - vec3(row_x.w, row_y.w, row_z.w));
    vec3 d = turn_to_geom(ray);
    Hit hit;
#if defined(ELLIPSOID)
    float rest;
    hit.z = enter_sphere(o / size.xyz, d / size.xyz, rest);
    float inside = rest;
    hit.local = o + hit.z * d;
    hit.normal = normalize(hit.local / (size.xyz * size.xyz));
#else
    float r = size.x, h = size.y;
    vec2 p = o.xy / r, v = d.xy / r;
    float vv = max(dot(v, v), 1e-20);
    float middle = -dot(p, v) / vv;
    vec2 nearest = p + middle * v;
    float rest = 1.0 - dot(nearest, nearest);
    float half_way = sqrt(max(rest, 0.0) / vv);
    float side = middle - half_way;
#if defined(CYLINDER)
    // The part of the ray between the two caps; parallel rays are beside or between them.
    float slope = abs(d.z) < 1e-12 ? 1e-12 : d.z;
    float first = (-h - o.z) / slope, second = (h - o.z) / slope;
    float cap = min(first, second);
    hit.z = max(side, cap);
    // Negative where the ray is beside the caps before it is inside the round side.
    float inside = min(middle + half_way, max(first, second)) - hit.z;
    hit.local = o + hit.z * d;
    hit.normal = side > cap ? vec3(hit.local.xy / r, 0.0) : vec3(0.0, 0.0, -sign(slope));
#else
    // A ray that enters the endless cylinder beyond one end can meet that end's ball alone.
    float height = o.z + side * d.z;
    float end = clamp(height, -h, h);
    float beside;
    float ball = enter_sphere((o - vec3(0.0, 0.0, sign(height) * h)) / r, d / r, beside);
    bool on_side = abs(height) <= h;
    hit.z = on_side ? side : ball;
    float inside = on_side ? rest : beside;
    hit.local = o + hit.z * d;
    hit.normal = (hit.local - vec3(0.0, 0.0, on_side ? hit.local.z : sign(height) * h)) / r;
#endif
#endif
    hit.found = rest >= 0.0 && inside >= 0.0 && hit.z >= depth_range.x && hit.z <= depth_range.y;
    return hit;
}

// Texture coordinates of round shapes: around from x towards y, and down from the upper end.
vec2 own_place(Hit hit) {
    const float HALF_TURN = 3.14159265358979;
    float around = fract(atan(hit.local.y, hit.local.x) / (2.0 * HALF_TURN));
#if defined(ELLIPSOID)
    vec3 unit = hit.local / size.xyz;
    around = fract(atan(unit.y, unit.x) / (2.0 * HALF_TURN));
    return vec2(around, acos(clamp(unit.z, -1.0, 1.0)) / HALF_TURN);
#elif defined(CYLINDER)
    vec2 cap = 0.5 + hit.local.xy / (2.0 * size.x);
    return abs(hit.normal.z) > 0.5 ? cap : vec2(around, 0.5 - hit.local.z / (2.0 * size.y));
#else
    float beyond = (abs(hit.local.z) - size.y) / size.x;
    float latitude = asin(clamp(beyond, 0.0, 1.0)) / (0.5 * HALF_TURN);
    float side = 0.5 - hit.local.z / (2.0 * max(size.y, 1e-9));
    return vec2(around, beyond > 0.0 ? (hit.local.z > 0.0 ? 1.0 - latitude : latitude) : side);
#endif
}
