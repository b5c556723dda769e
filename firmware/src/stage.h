/* The stages of a frame, as every way of working uses them: streaming, holds, watching. */
#ifndef STAGE_H
#define STAGE_H

#include "state.h" // struct app

/* The camera awake and set up; false while it is broken. It is tried again after a thousand rests. */
bool stage_wake_camera(struct app *app);

/* The camera in standby, if it was ever started. */
void stage_rest_camera(struct app *app);

/* The camera in standby in any case: one that was never started would draw what it likes, so it is started
 * first. */
void stage_put_camera_down(struct app *app);

/* Lets the camera look for the next image, in interrupts, while the one in hand is inferred and sent. Without
 * room for a second image it does nothing. */
void stage_look_ahead(struct app *app);

/* The camera's next frame in app->image, that of stage_look_ahead if there is one; notes the cycles. False
 * after a fault, which was reported. */
bool stage_capture(struct app *app);

/* Forgets the image that the camera looks for: what it shows, or where it goes, is about to change. */
void stage_forget_ahead(void);

/* Runs the model on app->image between two edges of the marker pin and notes the cycles. */
void stage_infer(struct app *app);

#endif
