/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a graphics output protocol. Out: its framebuffer as plain data. */
#include "efi/gop.h"

#include "mem/log.h"

/* The bits of each colour, from the order of bytes or as they are given. */
static enum status read_format(
	const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info, struct framebuffer *fb)
{
	switch (info->PixelFormat) {
	case PixelRedGreenBlueReserved8BitPerColor:
		fb->red = 0xff;
		fb->green = 0xff00;
		fb->blue = 0xff0000;
		return OK;
	case PixelBlueGreenRedReserved8BitPerColor:
		fb->red = 0xff0000;
		fb->green = 0xff00;
		fb->blue = 0xff;
		return OK;
	case PixelBitMask:
		fb->red = info->PixelInformation.RedMask;
		fb->green = info->PixelInformation.GreenMask;
		fb->blue = info->PixelInformation.BlueMask;
		return OK;
	case PixelBltOnly:
		log_info("framebuffer", "GOP: %ux%u without a framebuffer (PixelBltOnly)",
			info->HorizontalResolution, info->VerticalResolution);
		return ERR_NOT_FOUND;
	default:
		log_info("framebuffer", "GOP: pixel format %u is unknown",
			(uint32_t)info->PixelFormat);
		return ERR_MALFORMED;
	}
}

enum status gop_read(const EFI_GRAPHICS_OUTPUT_PROTOCOL *gop, struct framebuffer *framebuffer)
{
	const EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE *mode = gop->Mode;
	struct framebuffer fb = {0};
	enum status status;

	if (!mode || !mode->Info || mode->SizeOfInfo < sizeof(*mode->Info)) {
		log_info("framebuffer", "GOP: no mode is set");
		return ERR_NOT_FOUND;
	}
	fb.base = mode->FrameBufferBase;
	fb.size = mode->FrameBufferSize;
	fb.width = mode->Info->HorizontalResolution;
	fb.height = mode->Info->VerticalResolution;
	fb.stride = mode->Info->PixelsPerScanLine;
	status = read_format(mode->Info, &fb);
	if (status == OK)
		status = framebuffer_check(&fb);
	if (status == OK)
		*framebuffer = fb;
	return status;
}
