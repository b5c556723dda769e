/* The firmware from above. Arduino's core calls setup and loop itself; the virtual board starts in main. */
#include "app.h" // app_start, app_turn

void setup(void);
void loop(void);

static struct app app;

void setup(void) {
    app_start(&app);
}

void loop(void) {
    app_turn(&app);
}

#ifdef BOARD_VIRTUAL
int main(void) {
    setup();
    for (;;) {
        loop();
    }
}
#endif
