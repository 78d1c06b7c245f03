/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The GPUs and their pictures, over gpu/session.h: brought up one after the other, then followed,
 * measured or animated as mode= says. `found`, `lit`, `served`, `frames` and `dropped` of the
 * program keep the account.
 */
#ifndef EFI_LIGHTS_H
#define EFI_LIGHTS_H

#include "efi/finish.h"
#include "efi/program.h"

/*
 * Brings up every GPU, each a subtest of the log. One that cannot show its picture is tried in
 * small steps (gpu/isolate.h); where there is none the log says why none of the devices is one.
 */
void lights_show(struct program *p);

/* mode=watch: follows the displays of the lit ones until duration= has passed. */
void lights_watch(struct program *p);

/* mode=bench: measures what the lit ones cost. */
void lights_bench(struct program *p);

/* mode=animate: a moving picture on the lit ones, as long as frames= and duration= say. */
void lights_animate(struct program *p);

/*
 * The last lines of the log and `last` on every screen there is, when console= wants that of such a
 * verdict: for the person in front of the machine.
 */
void lights_show_log(struct program *p, enum verdict verdict, const char *last);

#endif
