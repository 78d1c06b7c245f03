/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a format and its arguments. Out: text in a buffer of known size. */
#include "format.h"

#include "string.h"

struct output {
	char *text;
	size_t size;
	size_t length; /* of the whole text, which may exceed size */
};

struct conversion {
	bool left;
	bool zero;
	size_t width;
	size_t precision;
	unsigned longs; /* 1 for l and z, 2 for ll */
	unsigned shorts; /* 1 for h, 2 for hh */
	char type;
};

static void put(struct output *o, char c)
{
	if (o->length + 1 < o->size)
		o->text[o->length] = c;
	o->length++;
}

static void put_repeated(struct output *o, char c, size_t count)
{
	while (count--)
		put(o, c);
}

/* `prefix` is a sign or `0x`, which come before the zero padding. */
static void put_padded(struct output *o, const struct conversion *c, const char *prefix,
	const char *text, size_t length)
{
	size_t total = length + strlen(prefix);
	size_t pad = c->width > total ? c->width - total : 0;

	if (!c->left && !c->zero)
		put_repeated(o, ' ', pad);
	while (*prefix)
		put(o, *prefix++);
	if (!c->left && c->zero)
		put_repeated(o, '0', pad);
	for (size_t i = 0; i < length; i++)
		put(o, text[i]);
	if (c->left)
		put_repeated(o, ' ', pad);
}

static void put_number(struct output *o, const struct conversion *c, const char *prefix,
	unsigned long value, unsigned base)
{
	const char *digits = c->type == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
	char text[20];
	size_t at = sizeof(text);

	do {
		text[--at] = digits[value % base];
		value /= base;
	} while (value);
	put_padded(o, c, prefix, text + at, sizeof(text) - at);
}

static void put_string(struct output *o, struct conversion *c, const char *s)
{
	size_t length = 0;

	if (!s)
		s = "(null)";
	while (length < c->precision && s[length])
		length++;
	c->zero = false;
	put_padded(o, c, "", s, length);
}

static size_t read_number(const char **fmt)
{
	size_t value = 0;

	while (**fmt >= '0' && **fmt <= '9')
		value = value * 10 + (size_t)(*(*fmt)++ - '0');
	return value;
}

/* va_list arrives behind a pointer, since callee and caller both advance it. */
struct arguments {
	va_list list;
};

static const char *read_conversion(const char *fmt, struct conversion *c, struct arguments *args)
{
	*c = (struct conversion){.precision = SIZE_MAX};
	for (;; fmt++) {
		if (*fmt == '0')
			c->zero = true;
		else if (*fmt == '-')
			c->left = true;
		else
			break;
	}
	c->width = read_number(&fmt);
	if (*fmt == '.') {
		fmt++;
		c->precision = 0;
		if (*fmt == '*') {
			fmt++;
			c->precision = (size_t)va_arg(args->list, int);
		} else {
			c->precision = read_number(&fmt);
		}
	}
	for (; *fmt == 'l' || *fmt == 'z' || *fmt == 'h'; fmt++) {
		if (*fmt == 'h')
			c->shorts++;
		else
			c->longs++;
	}
	c->type = *fmt;
	return fmt;
}

static void put_signed(struct output *o, const struct conversion *c, struct arguments *args)
{
	long value = c->longs ? va_arg(args->list, long) : va_arg(args->list, int);
	unsigned long magnitude;

	if (c->shorts)
		value = c->shorts > 1 ? (signed char)value : (short)value;
	magnitude = value < 0 ? 0ul - (unsigned long)value : (unsigned long)value;
	put_number(o, c, value < 0 ? "-" : "", magnitude, 10);
}

static void put_unsigned(
	struct output *o, const struct conversion *c, struct arguments *args, unsigned base)
{
	unsigned long value =
		c->longs ? va_arg(args->list, unsigned long) : va_arg(args->list, unsigned);

	if (c->shorts)
		value = c->shorts > 1 ? (unsigned char)value : (unsigned short)value;
	put_number(o, c, "", value, base);
}

/* False for a conversion that is not known. */
static bool put_conversion(struct output *o, struct conversion *c, struct arguments *args)
{
	char character;

	switch (c->type) {
	case 'c':
		character = (char)va_arg(args->list, int);
		c->zero = false;
		put_padded(o, c, "", &character, 1);
		break;
	case 's': put_string(o, c, va_arg(args->list, const char *)); break;
	case 'd':
	case 'i': put_signed(o, c, args); break;
	case 'u': put_unsigned(o, c, args, 10); break;
	case 'x':
	case 'X': put_unsigned(o, c, args, 16); break;
	case 'p': put_number(o, c, "0x", (unsigned long)va_arg(args->list, void *), 16); break;
	case '%': put(o, '%'); break;
	default: return false;
	}
	return true;
}

size_t format_args(char *out, size_t size, const char *fmt, va_list list)
{
	struct output o = {out, size, 0};
	struct conversion c;
	struct arguments args;
	const char *percent;

	va_copy(args.list, list);
	for (; *fmt; fmt++) {
		if (*fmt != '%') {
			put(&o, *fmt);
			continue;
		}
		percent = fmt;
		fmt = read_conversion(fmt + 1, &c, &args);
		if (put_conversion(&o, &c, &args))
			continue;
		/* Not known: as it stands; its own character is put when it comes up again. */
		while (percent < fmt)
			put(&o, *percent++);
		fmt--;
	}
	va_end(args.list);
	if (size)
		out[o.length < size ? o.length : size - 1] = '\0';
	return o.length;
}

size_t format(char *out, size_t size, const char *fmt, ...)
{
	va_list args;
	size_t length;

	va_start(args, fmt);
	length = format_args(out, size, fmt, args);
	va_end(args);
	return length;
}

size_t format_append(char *out, size_t size, const char *fmt, ...)
{
	size_t used = strlen(out);
	va_list args;

	va_start(args, fmt);
	used += format_args(out + used, size - used, fmt, args);
	va_end(args);
	return used;
}
