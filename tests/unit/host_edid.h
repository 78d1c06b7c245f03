/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * EDIDs made by hand for the tests: a base block with nothing in it, and extensions behind it.
 */
#ifndef TESTS_UNIT_HOST_EDID_H
#define TESTS_UNIT_HOST_EDID_H

#include "gpu/edid.h"

#define EDID_DESCRIPTOR(n) (54u + 18u * (n))

/* 1920x1080 at 60 Hz, 148.5 MHz, positive syncs, 521 by 293 mm. */
extern const uint8_t edid_timing_1080[18];

/* Makes the bytes of a block add up to 0. */
void edid_seal(uint8_t *block);

/*
 * A sealed base block with a header, manufacturer ABC, product 0x1234, serial number 0x12345678,
 * version 1.3, and dummies for descriptors.
 */
void edid_plain(uint8_t *block);

/* What is read of an EDID that must be readable. */
struct edid edid_of(const void *data, size_t size);

/* The same of a plain base block with one extension, which is sealed first. */
struct edid edid_with(uint8_t *extension);

#endif
