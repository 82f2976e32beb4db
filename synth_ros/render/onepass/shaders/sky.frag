#version 330 core
// What is behind everything; only where nothing has been drawn.
#include "frame.glsl"
#include "ray.glsl"
#include "picture.glsl"

uniform samplerCube sky;
layout(location = 0) out vec4 color;

void main() {
    vec3 origin, ray;
    pixel_ray(origin, ray);
    vec3 world = mat3(world_from_camera) * ray;
    // MuJoCo's sky textures have y up.
    color = vec4(texture(sky, vec3(world.x, world.z, -world.y)).rgb * light_scale.z, 1.0);
}
