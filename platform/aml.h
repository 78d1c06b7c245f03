/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The devices in AML definition blocks (DSDT, SSDTs): enough of ACPI 6.5 §20 to find each Device,
 * its _HID, _CID, _UID, _STA, _SEG, _BBN, _CRS, _CCA and _PRT. Nothing is executed: a method counts
 * only when its body is a `Return` of a constant, a buffer, or a name that holds one, with nothing
 * before it but declarations. One decision is understood, in _PRT: by the interrupt model, which is
 * what a system says to \_PIC; it is taken to be APICs, for which all interrupts are routed here.
 *
 * Nothing is stored either: the blocks themselves are the namespace, and what a name means is
 * looked up in them anew. What is declared inside If, Else and While is passed over.
 */
#ifndef PLATFORM_AML_H
#define PLATFORM_AML_H

#include "mem/bytes.h"
#include "mem/status.h"

#define AML_PATH_SIZE 64u

struct aml_namespace;
struct aml_path;

struct aml_device {
	char path[AML_PATH_SIZE]; /* `\_SB.VR00`, cut when longer */
	char hid[9]; /* "LNRO0005" */
	char cid[9]; /* "" when there is none, or a list */
	uint64_t uid; /* 0 when there is none, or a string */
	uint64_t segment; /* _SEG; 0 when there is none */
	uint64_t bus; /* _BBN; 0 when there is none */
	bool present; /* _STA bit 0; true when there is no _STA, or one that has to be computed */
	struct bytes crs; /* the resource template; empty when there is none */
	bool crs_computed; /* there is a _CRS, but its value has to be computed */
	/* Where it stands, for aml_each_route; valid during the call. */
	struct aml_namespace *ns;
	const struct aml_path *place;
};

/*
 * Calls `found` for each device with a _HID of `count` definition blocks (the tables without their
 * 36-byte headers), which together make up one namespace, if `wanted`, where it is not NULL, says
 * so of the _HID, or of the _CID beside it: all blocks are looked through for each of these. An
 * opcode that is not known ends the scope that it stands in, with a line at debug; what stands
 * beside that scope is still read. ERR_MALFORMED, logged, when lengths run outside the block,
 * scopes nest deeper than 32, or more than AML_MAX_STEPS objects were looked at; what was found
 * despite that has been told.
 */
MUST_CHECK enum status aml_each_device(const struct bytes *blocks, unsigned count,
	bool (*wanted)(const char *id),
	void (*found)(void *context, const struct aml_device *device), void *context);

/*
 * What _CCA of a device says, or of the nearest device or scope above it that has one (ACPI 6.5
 * §6.2.17), during the call in which aml_each_device told of it: 1 is coherent, 0 not. False when
 * there is none, or it has to be computed, which is a line.
 */
MUST_CHECK bool aml_find_coherence(const struct aml_device *device, uint64_t *cca);

#define AML_MAX_STEPS 20000000u

enum aml_resource_type { AML_MEMORY, AML_IO, AML_BUS, AML_INTERRUPT };

/* One descriptor of a resource template (ACPI 6.5 §6.4). */
struct aml_resource {
	enum aml_resource_type type;
	uint64_t base; /* interrupt: its number */
	uint64_t length;
	uint64_t translation; /* added to base to get the processor's address */
	bool prefetchable;
	bool producer; /* a range that a bridge forwards, not one that it uses */
	bool io_is_mmio; /* _TTP: I/O reached through memory */
	bool io_is_sparse; /* _TRS: and not byte by byte */
	bool edge; /* interrupt: edge-triggered, not level */
	bool low; /* interrupt: active low */
};

/*
 * Calls `found` for each memory, I/O, bus and interrupt descriptor of a template. ERR_MALFORMED,
 * logged, when a descriptor runs over the end or the end tag is missing.
 */
MUST_CHECK enum status aml_each_resource(struct bytes crs,
	void (*found)(void *context, const struct aml_resource *resource), void *context);

/* One entry of a _PRT (ACPI 6.5 §6.2.13), its link device looked up. */
struct aml_route {
	uint8_t device;
	uint8_t pin; /* 0 to 3: INTA to INTD */
	uint32_t number; /* global system interrupt */
	bool edge;
	bool low;
};

/*
 * Calls `found` for each entry of a bridge's _PRT, during the call in which aml_each_device told of
 * it. ERR_NOT_FOUND when it has none. ERR_UNSUPPORTED, with a line that names what, when the _PRT
 * or the _CRS of a link device has to be computed; ERR_MALFORMED, with a line, when entries break
 * their format: the others have been told.
 */
MUST_CHECK enum status aml_each_route(const struct aml_device *device,
	void (*found)(void *context, const struct aml_route *route), void *context);

#endif
