/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a status. Out: its name in words. */
#include "status.h"

static const char *const names[STATUS_COUNT] = {
	[OK] = "ok",
	[ERR_TIMEOUT] = "timeout",
	[ERR_NO_MEMORY] = "out of memory",
	[ERR_NOT_FOUND] = "not found",
	[ERR_UNSUPPORTED] = "unsupported",
	[ERR_MALFORMED] = "malformed",
	[ERR_RANGE] = "out of range",
	[ERR_REFUSED] = "refused by the device",
	[ERR_NEEDS_RESET] = "device needs reset",
	[ERR_GONE] = "device is gone",
	[ERR_PROTOCOL] = "protocol violation by the device",
};

const char *status_name(enum status status)
{
	return (unsigned)status < STATUS_COUNT ? names[status] : "unknown status";
}
