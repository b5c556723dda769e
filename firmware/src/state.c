#include "state.h"

uint32_t app_image_bytes(const struct app *app) {
    return (uint32_t)app->height * app->width * app->channels;
}
