/* SPDX-License-Identifier: BSD-2-Clause */
/* In: AML definition blocks. Out: their devices, with what constants say of them. */
#include "platform/aml.h"

#include "mem/format.h"
#include "mem/log.h"
#include "mem/string.h"
#include "platform/aml_namespace.h"

/* A name that holds a name that …; a loop ends here. */
#define MAX_REFERENCES 8u

/* The objects of a device that are read. */
enum property {
	PROPERTY_HID,
	PROPERTY_CID,
	PROPERTY_UID,
	PROPERTY_STA,
	PROPERTY_SEG,
	PROPERTY_BBN,
	PROPERTY_CRS,
	PROPERTY_COUNT
};

static const uint32_t property_segment[PROPERTY_COUNT] = {
	[PROPERTY_HID] = AML_SEGMENT('_', 'H', 'I', 'D'),
	[PROPERTY_CID] = AML_SEGMENT('_', 'C', 'I', 'D'),
	[PROPERTY_UID] = AML_SEGMENT('_', 'U', 'I', 'D'),
	[PROPERTY_STA] = AML_SEGMENT('_', 'S', 'T', 'A'),
	[PROPERTY_SEG] = AML_SEGMENT('_', 'S', 'E', 'G'),
	[PROPERTY_BBN] = AML_SEGMENT('_', 'B', 'B', 'N'),
	[PROPERTY_CRS] = AML_SEGMENT('_', 'C', 'R', 'S'),
};

struct properties {
	bool known[PROPERTY_COUNT]; /* it is declared */
	struct aml_value value[PROPERTY_COUNT]; /* AML_VALUE_OTHER when it has to be computed */
};

static const char subject[] = "aml";
static const struct aml_path root;

static bool is_value(const struct aml_object *object)
{
	return object->kind == AML_OBJECT_NAME || object->kind == AML_OBJECT_METHOD;
}

/* The first name or method at `path` in a term list. */
static bool find_in(struct aml_namespace *ns, struct bytes terms, const struct aml_path *scope,
	const struct aml_path *path, struct aml_object *out)
{
	struct aml_walk walk;

	aml_walk_begin(&walk, terms, scope, &ns->steps, true);
	while (aml_walk_next(&walk, out))
		if (is_value(out) && aml_path_equal(&out->path, path))
			return true;
	return false;
}

bool aml_find_path(struct aml_namespace *ns, const struct aml_path *path, struct aml_object *out)
{
	for (unsigned i = 0; i < ns->count; i++)
		if (find_in(ns, ns->blocks[i], &root, path, out))
			return true;
	return false;
}

bool aml_find_name(struct aml_namespace *ns, const struct aml_path *scope,
	const struct aml_name *name, struct aml_object *out)
{
	bool search = !name->absolute && !name->parents && name->path.count == 1;
	struct aml_path at = *scope, path;

	for (;;) {
		if (aml_join(&at, name, &path) && aml_find_path(ns, &path, out))
			return true;
		if (!search || !at.count)
			return false;
		at.count--;
	}
}

/* What a method returns, when nothing but declarations stands before its Return. */
static bool find_return(
	struct aml_namespace *ns, const struct aml_object *method, struct bytes *returned)
{
	struct aml_object object;
	struct aml_walk walk;

	aml_walk_begin(&walk, method->body, &method->path, &ns->steps, true);
	while (aml_walk_next(&walk, &object)) {
		if (object.kind != AML_OBJECT_RETURN)
			continue;
		*returned = object.body;
		return !walk.conditional;
	}
	return false;
}

void aml_evaluate(struct aml_namespace *ns, struct aml_object object, struct aml_value *value)
{
	for (unsigned i = 0; i < MAX_REFERENCES; i++) {
		bool in_method = object.kind == AML_OBJECT_METHOD;
		struct aml_path scope = object.path, local;
		struct bytes method = object.body, data = object.body;

		value->type = AML_VALUE_OTHER;
		if (in_method && !find_return(ns, &object, &data))
			return;
		if (!in_method)
			scope.count--;
		if (!aml_take_value(&data, value) || value->type != AML_VALUE_NAME)
			return;
		if (in_method && aml_join(&scope, &value->name, &local) &&
			find_in(ns, method, &scope, &local, &object))
			continue;
		if (!aml_find_name(ns, &scope, &value->name, &object))
			break;
	}
	value->type = AML_VALUE_OTHER;
}

static bool is_child(const struct aml_path *path, const struct aml_path *parent)
{
	if (path->count != parent->count + 1)
		return false;
	for (unsigned i = parent->count; i-- > 0;)
		if (path->segment[i] != parent->segment[i])
			return false;
	return true;
}

static void note_property(struct aml_namespace *ns, const struct aml_path *device,
	const struct aml_object *object, struct properties *p)
{
	if (!is_value(object) || !is_child(&object->path, device))
		return;
	for (unsigned i = 0; i < PROPERTY_COUNT; i++) {
		if (p->known[i] || object->path.segment[device->count] != property_segment[i])
			continue;
		p->known[i] = true;
		aml_evaluate(ns, *object, &p->value[i]);
	}
}

/* A device's objects may be declared in other scopes and tables than the device. */
static void collect_properties(
	struct aml_namespace *ns, const struct aml_path *device, struct properties *p)
{
	struct aml_object object;
	struct aml_walk walk;

	memset(p, 0, sizeof(*p));
	for (unsigned i = 0; i < ns->count; i++) {
		aml_walk_begin(&walk, ns->blocks[i], &root, &ns->steps, true);
		while (aml_walk_next(&walk, &object))
			note_property(ns, device, &object, p);
	}
}

void aml_write_path(const struct aml_path *path, char *out, size_t size)
{
	format(out, size, "\\");
	for (unsigned i = 0; i < path->count; i++) {
		char segment[5];
		unsigned length = 4;

		for (unsigned c = 0; c < 4; c++)
			segment[c] = (char)(path->segment[i] >> 8 * c);
		while (length > 1 && segment[length - 1] == '_')
			length--;
		segment[length] = '\0';
		if (format_append(out, size, "%s%s", i ? "." : "", segment) >= size)
			return;
	}
}

/* ACPI 6.5 §19.3.4: three letters of five bits, then four hexadecimal digits. */
static void write_eisa_id(uint64_t value, char out[9])
{
	uint32_t id = __builtin_bswap32((uint32_t)value);

	format(out, 9, "%c%c%c%04X", (char)('@' + (id >> 26 & 0x1f)),
		(char)('@' + (id >> 21 & 0x1f)), (char)('@' + (id >> 16 & 0x1f)), id & 0xffff);
}

static void write_id(const struct aml_value *value, char out[9])
{
	if (value->type == AML_VALUE_INTEGER)
		write_eisa_id(value->integer, out);
	else if (value->type == AML_VALUE_STRING && value->data.size <= 8)
		format(out, 9, "%.*s", (int)value->data.size, (const char *)value->data.data);
}

static uint64_t number_of(const struct aml_value *value)
{
	return value->type == AML_VALUE_INTEGER ? value->integer : 0;
}

static void describe(
	const struct aml_path *path, const struct properties *p, struct aml_device *device)
{
	const struct aml_value *sta = &p->value[PROPERTY_STA];
	const struct aml_value *crs = &p->value[PROPERTY_CRS];

	memset(device, 0, sizeof(*device));
	aml_write_path(path, device->path, sizeof(device->path));
	write_id(&p->value[PROPERTY_HID], device->hid);
	write_id(&p->value[PROPERTY_CID], device->cid);
	device->uid = number_of(&p->value[PROPERTY_UID]);
	device->segment = number_of(&p->value[PROPERTY_SEG]);
	device->bus = number_of(&p->value[PROPERTY_BBN]);
	device->present = sta->type != AML_VALUE_INTEGER || (sta->integer & 1);
	if (crs->type == AML_VALUE_BUFFER)
		device->crs = crs->data;
	else
		device->crs_computed = p->known[PROPERTY_CRS];
}

/* An id in a device's own body, "" when it is no constant; false when there is none. */
static bool read_id(
	struct aml_namespace *ns, const struct aml_object *device, enum property id, char out[9])
{
	struct aml_path path = device->path;
	struct aml_object object;
	struct aml_value value;

	out[0] = '\0';
	if (path.count == AML_MAX_SEGMENTS)
		return false;
	path.segment[path.count++] = property_segment[id];
	if (!find_in(ns, device->body, &device->path, &path, &object))
		return false;
	aml_evaluate(ns, object, &value);
	write_id(&value, out);
	return true;
}

/* Whether it has a _HID, and is asked for by that or its _CID. */
static bool is_wanted(
	struct aml_namespace *ns, const struct aml_object *device, bool (*wanted)(const char *id))
{
	char hid[9], cid[9];

	if (!read_id(ns, device, PROPERTY_HID, hid))
		return false;
	return !wanted || wanted(hid) || (read_id(ns, device, PROPERTY_CID, cid) && wanted(cid));
}

static enum status each_device_of(struct aml_namespace *ns, struct bytes block,
	bool (*wanted)(const char *id),
	void (*found)(void *context, const struct aml_device *device), void *context)
{
	struct aml_device device;
	struct aml_object object;
	struct properties p;
	struct aml_walk walk;

	aml_walk_begin(&walk, block, &root, &ns->steps, false);
	while (aml_walk_next(&walk, &object)) {
		if (object.kind != AML_OBJECT_DEVICE || !is_wanted(ns, &object, wanted))
			continue;
		collect_properties(ns, &object.path, &p);
		describe(&object.path, &p, &device);
		device.ns = ns;
		device.place = &object.path;
		found(context, &device);
	}
	return walk.status;
}

bool aml_find_coherence(const struct aml_device *device, uint64_t *cca)
{
	struct aml_path path = *device->place;
	struct aml_object object;
	struct aml_value value;

	for (; path.count; path.count--) {
		struct aml_path at = path;

		if (at.count == AML_MAX_SEGMENTS)
			continue;
		at.segment[at.count++] = AML_SEGMENT('_', 'C', 'C', 'A');
		if (!aml_find_path(device->ns, &at, &object))
			continue;
		aml_evaluate(device->ns, object, &value);
		*cca = value.integer;
		if (value.type == AML_VALUE_INTEGER)
			return true;
		log_info(subject, "%s: its _CCA has to be computed: not known", device->path);
		return false;
	}
	return false;
}

enum status aml_each_device(const struct bytes *blocks, unsigned count,
	bool (*wanted)(const char *id),
	void (*found)(void *context, const struct aml_device *device), void *context)
{
	struct aml_namespace ns = {blocks, count, AML_MAX_STEPS};
	enum status status, result = OK;

	for (unsigned i = 0; i < count; i++) {
		status = each_device_of(&ns, blocks[i], wanted, found, context);
		if (status != OK)
			result = status;
	}
	if (!ns.steps)
		log_error(subject, "size: %u objects were looked at: the rest is passed over",
			AML_MAX_STEPS);
	return result;
}
