/* Mutates a packed model, seals it again so that the checksum does not hide the rest, opens it, and runs what
 * opens. Built with the address and undefined-behaviour sanitizers: any access outside blob, arena, image or
 * scores ends it. Usage: fuzz MODEL MUTATIONS SEED. Prints how many were opened. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "crc32.h" // crc32_add

#define LARGEST_RUN 300000u /* image values: a mutated header may ask for huge images, which only cost time  \
                             */
#define TABLE_BYTES 1200u   /* most mutations hit the header and the first tables */
#define ARENA_EXTRA 64u

static uint64_t random_state;

static uint32_t random_below(uint32_t limit) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((random_state >> 33) % limit);
}

static uint8_t *read_file(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
        exit(2);
    }
    *size = (size_t)ftell(file);
    rewind(file);
    uint8_t *data = malloc(*size);
    if (fread(data, 1, *size, file) != *size) {
        exit(2);
    }
    fclose(file);
    return data;
}

static void mutate(uint8_t *blob, size_t size) {
    const uint32_t span = (uint32_t)(random_below(4) != 0 && size > TABLE_BYTES ? TABLE_BYTES : size);
    for (uint32_t count = 1 + random_below(3); count > 0; count--) {
        const uint32_t at = random_below(span);
        switch (random_below(4)) {
        case 0:
            blob[at] ^= (uint8_t)(1u << random_below(8));
            break;
        case 1:
            blob[at] = (uint8_t)random_below(256);
            break;
        case 2:
            blob[at] = (uint8_t)(blob[at] + (random_below(2) ? 1 : 255));
            break;
        default: {
            static const uint16_t corners[] = {0, 1, 2, 4, 255, 256, 4096, 4097, 32767, 32768, 65535};
            const uint16_t value = corners[random_below(sizeof corners / sizeof corners[0])];
            if (at + 2 <= size) {
                memcpy(blob + (at & ~1u), &value, 2);
            }
        }
        }
    }
    const uint32_t crc = crc32_add(0, blob + PACKED_BODY_OFFSET, size - PACKED_BODY_OFFSET);
    memcpy(blob + PACKED_BODY_OFFSET - 4, &crc, sizeof crc);
}

static int run(const struct engine *engine) {
    const struct packed_header *header = engine->header;
    const size_t pixels = (size_t)header->input_height * header->input_width * header->input_channels;
    if (pixels > LARGEST_RUN) {
        return 0;
    }
    uint8_t *image = malloc(pixels);
    int8_t *scores = malloc(header->output_count);
    for (size_t i = 0; i < pixels; i++) {
        image[i] = (uint8_t)random_below(256);
    }
    engine_run(engine, image, scores);
    free(image);
    free(scores);
    return 1;
}

int main(int count, char **arguments) {
    if (count != 4) {
        return 2;
    }
    size_t size;
    uint8_t *original = read_file(arguments[1], &size);
    const size_t arena_bytes =
        ((const struct packed_header *)(const void *)original)->arena_bytes + ARENA_EXTRA;
    random_state = strtoull(arguments[3], NULL, 10);
    unsigned long opened = 0;
    for (long left = atol(arguments[2]); left > 0; left--) {
        uint8_t *blob = malloc(size);
        uint8_t *arena = malloc(arena_bytes);
        memcpy(blob, original, size);
        mutate(blob, size);
        struct engine engine;
        if (engine_open(&engine, blob, size, arena, arena_bytes) == ENGINE_OK) {
            opened += (unsigned long)run(&engine);
        }
        free(blob);
        free(arena);
    }
    free(original);
    printf("%lu\n", opened);
    return 0;
}
