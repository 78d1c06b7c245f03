/* SPDX-License-Identifier: BSD-2-Clause */
/* In: text. Out: a file of it on the volume of this image, or why there is none. */
#include "efi/text_file.h"

#include "mem/format.h"

#define NAME_SIZE 32u

/* \NAME, in UTF-16. */
static void path_of(CHAR16 path[NAME_SIZE], const char *name)
{
	size_t length = 0;

	path[length++] = '\\';
	for (; *name && length < NAME_SIZE - 1; name++)
		path[length++] = (CHAR16)*name;
	path[length] = 0;
}

/* A file keeps its length when it is opened for writing: what was there is deleted. */
static EFI_STATUS remove_file(EFI_FILE_PROTOCOL *root, CHAR16 *path)
{
	EFI_FILE_PROTOCOL *file;
	EFI_STATUS status =
		root->Open(root, &file, path, EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE, 0);

	if (status == EFI_NOT_FOUND)
		return EFI_SUCCESS;
	if (EFI_ERROR(status))
		return status;
	/* That it could not be deleted is only a warning (UEFI 2.10 §13.5). */
	return file->Delete(file) == EFI_SUCCESS ? EFI_SUCCESS : EFI_ACCESS_DENIED;
}

void text_file_create(struct text_file *f, const struct firmware *fw, const char *name)
{
	EFI_FILE_PROTOCOL *root = firmware_open_volume(fw), *file;
	CHAR16 path[NAME_SIZE];

	*f = (struct text_file){.name = name, .status = EFI_NO_MEDIA};
	if (!root)
		return;
	path_of(path, name);
	f->status = remove_file(root, path);
	if (f->status == EFI_SUCCESS)
		f->status = root->Open(root, &file, path,
			EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE | EFI_FILE_MODE_CREATE, 0);
	if (f->status == EFI_SUCCESS)
		f->file = file;
	root->Close(root);
}

void text_file_write(struct text_file *f, const char *text, size_t length)
{
	UINTN size = length;

	if (f->status != EFI_SUCCESS || !length)
		return;
	f->status = f->file->Write(f->file, &size, (void *)text);
	f->length += size <= length ? size : 0;
	if (f->status == EFI_SUCCESS && size != length)
		f->status = EFI_VOLUME_FULL;
}

static const char *reason(EFI_STATUS status)
{
	switch (status) {
	case EFI_NO_MEDIA: return "this image's volume has no file system";
	case EFI_WRITE_PROTECTED: return "the volume is write-protected";
	case EFI_UNSUPPORTED: return "the volume cannot be written";
	case EFI_VOLUME_FULL: return "the volume is full";
	case EFI_ACCESS_DENIED: return "the file may not be replaced";
	default: return "firmware cannot write it";
	}
}

bool text_file_close(struct text_file *f, char said[TEXT_FILE_SAID_SIZE])
{
	if (f->file && f->status == EFI_SUCCESS)
		f->status = f->file->Flush(f->file);
	if (f->file)
		f->file->Close(f->file);
	f->file = NULL;
	if (f->status == EFI_SUCCESS)
		format(said, TEXT_FILE_SAID_SIZE, "%s, %lu bytes", f->name, f->length);
	else
		format(said, TEXT_FILE_SAID_SIZE, "%s: %s (status 0x%lx)", f->name,
			reason(f->status), (uint64_t)f->status);
	return f->status == EFI_SUCCESS;
}
