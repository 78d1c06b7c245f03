/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a bridge's _PRT (ACPI 6.5 §6.2.13). Out: which interrupt each pin of its devices is. */
#include "mem/log.h"
#include "mem/string.h"
#include "platform/aml.h"
#include "platform/aml_namespace.h"

#define OP_STORE   0x70u
#define OP_ARG0    0x68u
#define OP_PACKAGE 0x12u
#define OP_LNOT    0x92u
#define OP_LEQUAL  0x93u
#define OP_IF      0xa0u
#define OP_ELSE    0xa1u
#define OP_RETURN  0xa4u

#define MODEL_APIC   1u /* what \_PIC is told (§5.8.1) */
#define ANY_FUNCTION 0xffffu
#define PIN_COUNT    4u
#define DEVICE_COUNT 32u
#define MAX_NOTS     8u
#define MAX_LINKS    8u /* a PC has LNKA to LNKH */

#define SEGMENT_CRS AML_SEGMENT('_', 'C', 'R', 'S')
#define SEGMENT_PRT AML_SEGMENT('_', 'P', 'R', 'T')
#define SEGMENT_PIC AML_SEGMENT('_', 'P', 'I', 'C')

static const char subject[] = "aml";

/* A link device that was looked up, by the name that entries have for it. */
struct link {
	struct aml_name name;
	struct aml_route route; /* its interrupt; the rest is not set */
	enum status status;
};

/* Where in the namespace a term list stands, and whose it is. */
struct place {
	struct aml_namespace *ns;
	const struct aml_device *device; /* for the log */
	struct aml_path scope;
	struct link links[MAX_LINKS]; /* many entries name the same few */
	unsigned link_count;
};

static bool append(struct aml_path *path, uint32_t segment)
{
	if (path->count == AML_MAX_SEGMENTS)
		return false;
	path->segment[path->count++] = segment;
	return true;
}

/* Moves past If and Else: what stands in them is about something else. */
static bool skip_decisions(struct bytes *b)
{
	struct bytes branch;

	while (bytes_left(b) && (b->data[b->pos] == OP_IF || b->data[b->pos] == OP_ELSE))
		if (!bytes_take(b, 1) || !aml_take_package(b, &branch))
			return false;
	return bytes_left(b);
}

/* `Store (Arg0, name)`, or `name (Arg0)`. False for anything else. */
static bool take_statement(struct bytes *b, struct aml_name *name, bool *store)
{
	*store = b->data[b->pos] == OP_STORE;
	if (*store)
		return bytes_take(b, 1) && bytes_u8(b) == OP_ARG0 && aml_take_name(b, name);
	return aml_begins_name(b->data[b->pos]) && aml_take_name(b, name) && bytes_u8(b) == OP_ARG0;
}

/*
 * Whether a method keeps its argument in a name, or hands it on to one that does, `calls` deep:
 * Intel's boards keep it twice, AMD's call a method that does.
 */
static bool keeps_model(const struct place *at, const struct aml_object *method,
	const struct aml_object *name, unsigned calls)
{
	struct bytes body = method->body;
	struct aml_object named;
	struct aml_name target;
	bool store;

	while (skip_decisions(&body) && take_statement(&body, &target, &store)) {
		if (!aml_find_name(at->ns, &method->path, &target, &named))
			continue;
		if (store && aml_path_equal(&named.path, &name->path))
			return true;
		if (!store && calls && named.kind == AML_OBJECT_METHOD &&
			keeps_model(at, &named, name, calls - 1))
			return true;
	}
	return false;
}

/* Whether a name is the one in which \_PIC keeps the interrupt model. */
static bool is_model(const struct place *at, const struct aml_object *name)
{
	struct aml_path pic = {{SEGMENT_PIC}, 1};
	struct aml_object method;

	return aml_find_path(at->ns, &pic, &method) && method.kind == AML_OBJECT_METHOD &&
	       keeps_model(at, &method, name, 1);
}

/* A number: a constant, or the interrupt model. */
static bool take_operand(const struct place *at, struct bytes *b, uint64_t *number)
{
	struct aml_object object;
	struct aml_value value;

	if (!aml_take_value(b, &value))
		return false;
	*number = value.type == AML_VALUE_INTEGER ? value.integer : MODEL_APIC;
	if (value.type != AML_VALUE_NAME)
		return value.type == AML_VALUE_INTEGER;
	return aml_find_name(at->ns, &at->scope, &value.name, &object) && is_model(at, &object);
}

/* `PICF`, `PICF == 0`, `!(PICF == 0)`. False when it is anything else. */
static bool take_condition(const struct place *at, struct bytes *b, bool *met)
{
	uint64_t left, right = 0;
	bool same, negated = false;
	unsigned nots = 0;

	while (nots++ < MAX_NOTS && bytes_left(b) && b->data[b->pos] == OP_LNOT) {
		bytes_u8(b);
		negated = !negated;
	}
	same = bytes_left(b) && b->data[b->pos] == OP_LEQUAL;
	if (same)
		bytes_u8(b);
	if (!take_operand(at, b, &left) || (same && !take_operand(at, b, &right)))
		return false;
	*met = (same ? left == right : left != 0) != negated;
	return true;
}

/* What a method returns whose only decision is by the interrupt model. */
static bool find_returned(const struct place *at, struct bytes body, struct bytes *returned)
{
	bool met = false, decided = false;

	while (bytes_left(&body)) {
		uint8_t op = bytes_u8(&body);
		struct bytes branch;

		if (op == OP_RETURN) {
			*returned = bytes_slice(&body, body.pos, bytes_left(&body));
			return true;
		}
		if ((op != OP_IF && op != OP_ELSE) || !aml_take_package(&body, &branch))
			return false;
		if (op == OP_IF && !take_condition(at, &branch, &met))
			return false;
		if (op == OP_ELSE && (!decided || met))
			continue;
		decided = op == OP_IF;
		if ((op == OP_IF && !met) || bytes_u8(&branch) != OP_RETURN)
			continue;
		*returned = bytes_slice(&branch, branch.pos, bytes_left(&branch));
		return true;
	}
	return false;
}

/* The package of routes; `at->scope` becomes the scope that names in it are looked up from. */
static bool find_package(struct place *at, struct aml_object prt, struct bytes *entries)
{
	struct aml_value value = {.type = AML_VALUE_OTHER};
	struct bytes data = prt.body;

	at->scope = prt.path;
	if (prt.kind == AML_OBJECT_METHOD && !find_returned(at, prt.body, &data))
		return false;
	if (prt.kind != AML_OBJECT_METHOD)
		at->scope.count--;
	if (!aml_take_value(&data, &value))
		return false;
	if (value.type == AML_VALUE_NAME && aml_find_name(at->ns, &at->scope, &value.name, &prt)) {
		at->scope = prt.path;
		at->scope.count--;
		aml_evaluate(at->ns, prt, &value);
	}
	*entries = value.data;
	return value.type == AML_VALUE_PACKAGE;
}

static void take_resource(void *context, const struct aml_resource *r)
{
	struct aml_route *route = context;

	if (r->type != AML_INTERRUPT)
		return;
	route->number = (uint32_t)r->base;
	route->edge = r->edge;
	route->low = r->low;
}

/* The _CRS of a link device, by a name that is searched for in the scopes around, too. */
static bool find_link(const struct place *at, const struct aml_name *name, struct aml_object *crs)
{
	bool search = !name->absolute && !name->parents && name->path.count == 1;
	struct aml_path scope = at->scope, path;

	for (;;) {
		if (aml_join(&scope, name, &path) && append(&path, SEGMENT_CRS) &&
			aml_find_path(at->ns, &path, crs))
			return true;
		if (!search || !scope.count)
			return false;
		scope.count--;
	}
}

static enum status read_link(
	const struct place *at, const struct aml_name *name, struct aml_route *route)
{
	struct aml_object crs;
	struct aml_value value = {.type = AML_VALUE_OTHER};
	char path[AML_PATH_SIZE];

	if (find_link(at, name, &crs))
		aml_evaluate(at->ns, crs, &value);
	if (value.type == AML_VALUE_BUFFER &&
		aml_each_resource(value.data, take_resource, route) == OK && route->number)
		return OK;
	aml_write_path(&name->path, path, sizeof(path));
	log_debug(subject, "%s: _PRT: the interrupt of link %s has to be computed",
		at->device->path, path);
	return ERR_UNSUPPORTED;
}

static bool is_same_name(const struct aml_name *a, const struct aml_name *b)
{
	return a->absolute == b->absolute && a->parents == b->parents &&
	       aml_path_equal(&a->path, &b->path);
}

static struct link *find_known(struct place *at, const struct aml_name *name)
{
	for (unsigned i = 0; i < at->link_count && i < MAX_LINKS; i++)
		if (is_same_name(&at->links[i].name, name))
			return &at->links[i];
	return NULL;
}

/* A link that was looked up is remembered, until MAX_LINKS others were. */
static enum status take_link(struct place *at, const struct aml_name *name, struct aml_route *route)
{
	struct link *link = find_known(at, name);

	if (!link) {
		link = &at->links[at->link_count++ % MAX_LINKS];
		*link = (struct link){.name = *name};
		link->status = read_link(at, name, &link->route);
	}
	route->number = link->route.number;
	route->edge = link->route.edge;
	route->low = link->route.low;
	return link->status;
}

/* One entry: address, pin, link device or 0, index or interrupt. */
static enum status take_route(struct place *at, struct bytes entry, struct aml_route *route)
{
	struct aml_value address, pin, source, index;

	if (!aml_take_value(&entry, &address) || !aml_take_value(&entry, &pin) ||
		!aml_take_value(&entry, &source) || !aml_take_value(&entry, &index) ||
		address.type != AML_VALUE_INTEGER || pin.type != AML_VALUE_INTEGER ||
		(address.integer & 0xffff) != ANY_FUNCTION ||
		address.integer >> 16 >= DEVICE_COUNT || pin.integer >= PIN_COUNT)
		return ERR_MALFORMED;
	*route = (struct aml_route){
		.device = (uint8_t)(address.integer >> 16), .pin = (uint8_t)pin.integer};
	if (source.type == AML_VALUE_NAME)
		return take_link(at, &source.name, route);
	if (source.type != AML_VALUE_INTEGER || source.integer || index.type != AML_VALUE_INTEGER ||
		index.integer > UINT32_MAX)
		return ERR_MALFORMED;
	/* Wired: level and low, as PCI has it (§6.2.13). */
	route->number = (uint32_t)index.integer;
	route->low = true;
	return OK;
}

static enum status each_entry(struct place *at, struct bytes entries,
	void (*found)(void *context, const struct aml_route *route), void *context)
{
	enum status result = OK;

	while (bytes_left(&entries)) {
		struct aml_value entry;
		struct aml_route route;
		enum status status = ERR_MALFORMED;

		if (!aml_take_value(&entries, &entry))
			return ERR_MALFORMED;
		if (entry.type == AML_VALUE_PACKAGE)
			status = take_route(at, entry.data, &route);
		if (status == OK)
			found(context, &route);
		else
			result = status;
	}
	return result;
}

enum status aml_each_route(const struct aml_device *device,
	void (*found)(void *context, const struct aml_route *route), void *context)
{
	struct place at = {.ns = device->ns, .device = device};
	struct aml_path path = *device->place;
	struct aml_object prt;
	struct bytes entries;
	enum status status;

	if (!append(&path, SEGMENT_PRT) || !aml_find_path(device->ns, &path, &prt))
		return ERR_NOT_FOUND;
	if (!find_package(&at, prt, &entries)) {
		log_info(subject,
			"%s: its _PRT has to be computed: the pins of its devices are not known",
			device->path);
		return ERR_UNSUPPORTED;
	}
	status = each_entry(&at, entries, found, context);
	if (status != OK)
		log_info(subject, "%s: _PRT: not every entry can be read: %s", device->path,
			status_name(status));
	return status;
}
