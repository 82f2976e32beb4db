// Lamps in the optical frame.
struct Lamp {
    vec4 position;   // metres; w: 1 for a lamp at a place, 0 for parallel light
    vec4 direction;  // unit, the way the light goes; w: range, metres, 0 for no end
    vec4 color;      // candela, or lux of parallel light; w: radius of the bulb, metres
    vec4 cone;       // scale and offset of the cosine, 1 for six tiles, texel size per metre
    mat4 shadow;     // place in the shadow atlas from camera; z is the depth to compare with
    vec4 tile;       // corner and size of the lamp's tile in the atlas, 0 to 1
    vec4 depths;     // depth buffer value = x + y / metres; z: metres of parallel light's range; w: number of the first tile
};

#if LAMPS > 0
layout(std140) uniform Lamps {
    Lamp lamps[LAMPS];
};
#endif

const float PI = 3.14159265358979;

// Light that falls on a surface that faces the lamp, without shadows. `way` leads to the lamp.
vec3 incoming(Lamp lamp, vec3 point, out vec3 way, out float distance_m) {
    vec3 apart = lamp.position.xyz - point;
    float squared = max(dot(apart, apart), 1e-4);
    bool parallel = lamp.position.w < 0.5;
    float inverse_distance = inversesqrt(squared);
    distance_m = squared * inverse_distance;
    way = parallel ? -lamp.direction.xyz : apart * inverse_distance;
    float cone = clamp(dot(-way, lamp.direction.xyz) * lamp.cone.x + lamp.cone.y, 0.0, 1.0);
    float reach = squared * lamp.direction.w;  // squared share of the range
    float window = clamp(1.0 - reach * reach, 0.0, 1.0);
    float fall = parallel ? 1.0 : cone * cone * window * window / squared;
    return lamp.color.rgb * fall;
}
