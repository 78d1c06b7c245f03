/* SPDX-License-Identifier: BSD-2-Clause */
/* In: the image's volume, SMBIOS and LoadOptions. Out: one set of options. */
#include "efi/option_sources.h"

#include <efishell.h>

#include "mem/string.h"
#include "platform/smbios.h"

#define CONFIG_MAX_SIZE OPTIONS_MAX_LENGTH
#define SMBIOS_PREFIX   "firstlight:"

/* Working state of options_load. */
struct loading {
	struct options *options;
	enum status status;
};

static void parse(
	struct loading *l, const char *source, const char *text, size_t length, bool comments)
{
	enum status status = options_parse(l->options, source, text, length, comments);

	if (status != OK)
		l->status = status;
}

/* Opens \firstlight.conf on the volume that the image came from; NULL, logged, when there is none.
 */
static EFI_FILE_PROTOCOL *open_config(struct firmware *fw, EFI_FILE_PROTOCOL **root)
{
	static CHAR16 name[] = L"\\firstlight.conf";
	EFI_STATUS status = EFI_NOT_FOUND;
	EFI_FILE_PROTOCOL *file;

	*root = firmware_open_volume(fw);
	if (*root)
		status = (*root)->Open(*root, &file, name, EFI_FILE_MODE_READ, 0);
	if (!EFI_ERROR(status))
		return file;
	if (status == EFI_NOT_FOUND)
		log_info("efi", "options: no firstlight.conf on the volume of this image");
	else
		log_info("efi", "options: firstlight.conf cannot be opened: status 0x%lx",
			(uint64_t)status);
	if (*root)
		(*root)->Close(*root);
	return NULL;
}

static void load_config(struct loading *l, struct firmware *fw)
{
	EFI_BOOT_SERVICES *bs = fw->system->BootServices;
	EFI_FILE_PROTOCOL *root, *file = open_config(fw, &root);
	UINTN size = CONFIG_MAX_SIZE + 1; /* one more, so that the parser sees a longer file */
	EFI_STATUS status;
	char *text;

	if (!file)
		return;
	status = bs->AllocatePool(EfiLoaderData, size, (void **)&text);
	if (!EFI_ERROR(status)) {
		status = file->Read(file, &size, text);
		if (!EFI_ERROR(status))
			parse(l, "firstlight.conf", text, size, true);
		bs->FreePool(text);
	}
	if (EFI_ERROR(status)) {
		log_error("efi", "options: firstlight.conf cannot be read: status 0x%lx",
			(uint64_t)status);
		l->status = ERR_MALFORMED;
	}
	file->Close(file);
	root->Close(root);
}

static void use_oem_string(void *context, const char *text)
{
	size_t prefix = strlen(SMBIOS_PREFIX);

	if (strncmp(text, SMBIOS_PREFIX, prefix))
		return;
	parse(context, "SMBIOS", text + prefix, strlen(text + prefix), false);
}

static void load_smbios(struct loading *l, struct firmware *fw)
{
	EFI_GUID smbios3 = SMBIOS3_TABLE_GUID, smbios = SMBIOS_TABLE_GUID;
	struct table_source source = firmware_table_source(fw);
	uint64_t entry = firmware_table(fw, &smbios3);

	if (!entry)
		entry = firmware_table(fw, &smbios);
	if (!entry)
		log_info("efi", "options: firmware has no SMBIOS");
	else if (smbios_each_oem_string(&source, entry, use_oem_string, l) != OK)
		log_info("efi", "options: SMBIOS strings behind the broken structure are not read");
}

/*
 * Narrows UTF-16 text in place to one byte a character (what is no ASCII becomes 0xff, which the
 * parser refuses by its offset) and parses it.
 */
static void parse_wide(struct loading *l, const char *source, CHAR16 *wide, size_t length)
{
	char *text = (char *)wide;

	for (size_t i = 0; i < length; i++) {
		CHAR16 c = wide[i];

		text[i] = c < 0x80 ? (char)c : (char)0xff;
	}
	parse(l, source, text, length, false);
}

static size_t wide_length(const CHAR16 *wide)
{
	size_t length = 0;

	while (wide[length])
		length++;
	return length;
}

/* The shell gives the arguments one by one, the first being the image's name. */
static bool load_shell_arguments(struct loading *l, struct firmware *fw)
{
	EFI_GUID guid = EFI_SHELL_PARAMETERS_PROTOCOL_GUID;
	EFI_SHELL_PARAMETERS_PROTOCOL *shell;

	if (EFI_ERROR(fw->system->BootServices->HandleProtocol(fw->image, &guid, (void **)&shell)))
		return false;
	for (UINTN i = 1; i < shell->Argc; i++)
		parse_wide(l, "shell", shell->Argv[i], wide_length(shell->Argv[i]));
	return true;
}

static void load_options(struct loading *l, struct firmware *fw)
{
	size_t length = fw->loaded->LoadOptionsSize / sizeof(CHAR16);
	CHAR16 *wide = fw->loaded->LoadOptions;

	if (!wide || !length)
		return;
	/* UEFI 2.10 §3.1.3 leaves the format open: some boot managers pass binary data. */
	if (fw->loaded->LoadOptionsSize % sizeof(CHAR16) || !wide[0] || wide[0] >= 0x80) {
		log_info("efi", "options: LoadOptions (%u bytes) are no text and are not used",
			fw->loaded->LoadOptionsSize);
		return;
	}
	while (length && !wide[length - 1])
		length--;
	parse_wide(l, "LoadOptions", wide, length);
}

enum status options_load(struct options *options, struct firmware *fw)
{
	struct loading l = {.options = options, .status = OK};

	options_init(options);
	load_config(&l, fw);
	load_smbios(&l, fw);
	if (!load_shell_arguments(&l, fw))
		load_options(&l, fw);
	if (options_check(options) != OK)
		l.status = ERR_MALFORMED;
	return l.status;
}
