# SPDX-License-Identifier: BSD-2-Clause
# Builds firstlight for every architecture by one set of rules. `make help` says what can be asked.

VERSION  := 0.1.0
ARCH     := aarch64
COMPILER := gcc
GPU      := pci
ARGS     :=
QEMU_ARGS :=
TIMEOUT  := 60
BOOTS    := 200
TESTS    := tests
# More than processors: tests wait, too.
JOBS     := 3
FUZZ_SECONDS := 60
FUZZ_TARGET  :=
CELLS    :=
KEY      :=
CERT     :=

ARCHES := aarch64 x86_64
HOST   := $(shell uname -m)
PYTHON := /usr/bin/python3
DEPS   := build/deps
OUT    := $(if $(filter gcc,$(COMPILER)),build,build/$(COMPILER))

MAKEFLAGS += --no-builtin-rules
# All processors, unless told otherwise or called by a make that has seen to it.
ifeq ($(filter -j%,$(MAKEFLAGS))$(filter-out 0,$(MAKELEVEL)),)
MAKEFLAGS += -j$(shell nproc)
endif
.DELETE_ON_ERROR:
.SECONDARY:
.DEFAULT_GOAL := all

ifeq ($(filter $(COMPILER),gcc clang),)
$(error COMPILER=$(COMPILER): only gcc and clang are known)
endif
ifeq ($(filter $(ARCH),$(ARCHES)),)
$(error ARCH=$(ARCH): only $(ARCHES) are known)
endif

ifneq ($(if $(KEY),1),$(if $(CERT),1))
$(error KEY and CERT: both, the key and its certificate as PEM files, or neither)
endif
ifneq ($(filter sign,$(MAKECMDGOALS)),)
ifeq ($(KEY),)
$(error make sign KEY=key.pem CERT=certificate.pem)
endif
endif

# V=1 shows the commands themselves, otherwise a word and a file.
Q   := $(if $(filter 1,$(V)),,@)
say  = @$(if $(filter 1,$(V)),:,printf '  %-8s%s\n' '$(1)' '$(2)')

quote = '$(subst ','\'',$(1))'
comma := ,

# What the goals need is looked for, and installed, before anything else happens.
SETUP := build \
	$(if $(filter clang,$(COMPILER)),clang) \
	$(if $(filter image wide,$(MAKECMDGOALS)),image) \
	$(if $(KEY),sign) \
	$(if $(filter unit qtest faults growth replay check-host coverage,$(MAKECMDGOALS)),unit) \
	$(if $(filter check-host wide,$(MAKECMDGOALS)),run pytest) \
	$(if $(filter coverage,$(MAKECMDGOALS)),coverage) \
	$(if $(filter lint,$(MAKECMDGOALS)),lint) \
	$(if $(filter aarch64-host check check-build wide,$(MAKECMDGOALS)),aarch64-host) \
	$(if $(filter run repeat faults bench size,$(MAKECMDGOALS)),run) \
	$(if $(filter debug,$(MAKECMDGOALS)),run debug) \
	$(if $(filter growth,$(MAKECMDGOALS)),run growth) \
	$(if $(filter format,$(MAKECMDGOALS)),format) \
	$(if $(filter fuzz fuzz-build fuzz-corpus,$(MAKECMDGOALS)),fuzz) \
	$(if $(filter check check-build,$(MAKECMDGOALS)),check) \
	$(if $(filter matrix,$(MAKECMDGOALS)),matrix)

.PHONY: all
all: esp

.PHONY: setup
setup:
	@tools/setup.sh $(sort $(SETUP))

# ---- the application --------------------------------------------------------------------------

WARNINGS := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wvla -Wundef -Wwrite-strings -Wimplicit-fallthrough

# Small, but for what touches every pixel (FAST below). Not -Oz of gcc, which on x86_64 makes a volatile
# store of 0 or -1 a read-modify-write (andw $0): rings are stored to.
# No stack protector: its guard wants a C library that sets it and a handler that reports; a
# smashed stack ends in our own traps. No unwind tables: backtraces walk the frame pointers.
CFLAGS_TARGET := -std=gnu11 $(if $(filter gcc,$(COMPILER)),-Os,-Oz) -g \
	-ffreestanding -fPIE -fvisibility=hidden \
	-fno-omit-frame-pointer -mno-omit-leaf-frame-pointer -fno-stack-protector \
	-fno-asynchronous-unwind-tables \
	-ffile-prefix-map=$(CURDIR)/= $(WARNINGS)

# No floating point or vector registers: nobody saves them in our traps. aarch64: device memory
# refuses unaligned accesses, there is no libgcc to choose the atomics, and the image is less than
# 1 MiB, which one instruction reaches. x86_64: a trap would write over the red zone.
CFLAGS_aarch64 := -mcmodel=tiny -mgeneral-regs-only -mstrict-align -mno-outline-atomics
CFLAGS_x86_64  := -mgeneral-regs-only -mno-red-zone -fcf-protection=none

# Only efi/ sees the UEFI definitions, whose CHAR16 is 16 bits wide.
EFI_FLAGS = -fshort-wchar -isystem $(DEPS)/$(1)/usr/include/efi -isystem $(DEPS)/$(1)/usr/include/efi/$(1) \
	-DGNU_EFI_USE_MS_ABI -DFIRSTLIGHT_VERSION='"$(VERSION)"' -DFIRSTLIGHT_ARCH='"$(1)"'

# gcc would turn the loops of memcpy and memset into calls of themselves.
STRING_FLAGS := $(if $(filter gcc,$(COMPILER)),-fno-tree-loop-distribute-patterns,-fno-builtin)

# One program for the optimiser, in gcc's own format (clang's needs a linker that Debian's binutils are
# not). Apart from it: what the compiler itself calls, and the register accesses, each one function.
LTO := $(if $(filter gcc,$(COMPILER)),-flto=1 -flto-partition=one)
APART = mem/string mem/$(1)/io

FAST := mem/string gpu/pixel gpu/picture gpu/surface gpu/text

LDFLAGS_TARGET := -nostdlib -pie -fuse-ld=bfd -T tools/efi.ld \
	$(addprefix -Wl$(comma),--no-dynamic-linker -z$(comma)text -z$(comma)norelro \
	-z$(comma)noexecstack --build-id=none --no-undefined --fatal-warnings)

FOLDERS := mem platform virtio gpu efi
sources  = $(sort $(wildcard $(foreach d,$(FOLDERS),$(d)/*.c $(d)/$(1)/*.c $(d)/$(1)/*.S)))
objects  = $(patsubst %,$(OUT)/$(1)/obj/%.o,$(basename $(call sources,$(1)) font))

# $(1): the architecture
define arch_rules
CC_$(1) := $$(if $$(filter gcc,$$(COMPILER)),$(1)-linux-gnu-gcc,clang --target=$(1)-linux-gnu)
FLAGS_$(1) := -I. -Imem/$(1) $$(CFLAGS_TARGET) $$(CFLAGS_$(1)) $$(LTO)

$$(OUT)/$(1)/obj/efi/%.o: private FLAGS_$(1) += $$(call EFI_FLAGS,$(1))
$$(FAST:%=$$(OUT)/$(1)/obj/%.o): private FLAGS_$(1) += -O2
$$(OUT)/$(1)/obj/mem/string.o: private FLAGS_$(1) += $$(STRING_FLAGS)
$(APART:%=$$(OUT)/$(1)/obj/%.o): private FLAGS_$(1) += -fno-lto

$$(OUT)/$(1)/obj/%.o: %.c $$(OUT)/$(1)/flags | setup
	$$(call say,CC,$$@)
	@mkdir -p $$(@D)
	$$(Q)$$(CC_$(1)) $$(FLAGS_$(1)) -MMD -MP -c -o $$@ $$<

$$(OUT)/$(1)/obj/%.o: %.S $$(OUT)/$(1)/flags | setup
	$$(call say,AS,$$@)
	@mkdir -p $$(@D)
	$$(Q)$$(CC_$(1)) $$(FLAGS_$(1)) -MMD -MP -c -o $$@ $$<

$$(OUT)/$(1)/obj/font.o: $$(OUT)/font.c $$(OUT)/$(1)/flags | setup
	$$(call say,CC,$$@)
	@mkdir -p $$(@D)
	$$(Q)$$(CC_$(1)) $$(FLAGS_$(1)) -MMD -MP -c -o $$@ $$<

# Changes when the flags do, so that other flags mean another build.
$$(OUT)/$(1)/flags: FORCE
	@mkdir -p $$(@D)
	@printf '%s\n' $$(call quote,$$(CC_$(1)) $$(FLAGS_$(1)) $$(call EFI_FLAGS,$(1))) >$$@.new
	@cmp -s $$@.new $$@ && rm $$@.new || mv $$@.new $$@

$$(OUT)/$(1)/firstlight.elf: $$(call objects,$(1)) tools/efi.ld | setup
	$$(call say,LD,$$@)
	$$(Q)$$(CC_$(1)) $$(FLAGS_$(1)) $$(LDFLAGS_TARGET) -o $$@ $$(filter %.o,$$^)

$$(OUT)/$(1)/firstlight.efi: $$(OUT)/$(1)/firstlight.elf tools/elf2efi.py | setup
	$$(call say,EFI,$$@)
	$$(Q)$$(PYTHON) tools/elf2efi.py $$< $$@

# Always anew: another key may be behind the same name.
$$(OUT)/$(1)/firstlight-signed.efi: $$(OUT)/$(1)/firstlight.efi FORCE | setup
	$$(call say,SIGN,$$@)
	$$(Q)sbsign --key $$(call quote,$$(KEY)) --cert $$(call quote,$$(CERT)) --output $$@ $$< \
		2>$$@.log || { cat $$@.log; exit 1; }

-include $$(patsubst %.o,%.d,$$(call objects,$(1)))
endef
$(foreach arch,$(ARCHES),$(eval $(call arch_rules,$(arch))))

$(OUT)/font.c: tools/font.py | setup
	$(call say,FONT,$@)
	@mkdir -p $(@D)
	$(Q)$(PYTHON) tools/font.py $(DEPS)/font/usr/share/consolefonts/Lat15-Fixed16.psf.gz $@

.PHONY: apps
apps: $(foreach arch,$(ARCHES),$(OUT)/$(arch)/firstlight.efi)


# ---- the EFI system partition and the disk image ----------------------------------------------

ESP_FILES := esp/EFI/BOOT/BOOTAA64.EFI esp/EFI/BOOT/BOOTX64.EFI esp/startup.nsh esp/firstlight.conf

.PHONY: esp
esp: $(ESP_FILES)

# With a key, what is staged is signed.
SIGNED := $(if $(KEY),-signed)

.PHONY: sign
sign: esp

esp/EFI/BOOT/BOOTAA64.EFI: $(OUT)/aarch64/firstlight$(SIGNED).efi
esp/EFI/BOOT/BOOTX64.EFI: $(OUT)/x86_64/firstlight$(SIGNED).efi
esp/startup.nsh: startup.nsh
esp/firstlight.conf: efi/firstlight.conf

# By content: gcc's and clang's images take turns here.
$(ESP_FILES): FORCE
	@mkdir -p $(@D)
	$(Q)cmp -s $(filter-out FORCE,$^) $@ || \
		{ printf '  %-8s%s\n' COPY $@; cp $(filter-out FORCE,$^) $@; }

.PHONY: image
image: $(OUT)/firstlight.img

$(OUT)/firstlight.img: $(ESP_FILES) tools/image.sh | setup
	$(call say,IMAGE,$@)
	$(Q)tools/image.sh esp $@ $(ESP_FILES:esp/%=%)

# ---- unit tests: the same sources on this machine, under the sanitizers -----------------------

# `coverage` and `aarch64-host` build by the same rules with other values of these four.
HOST_OUT     := build/host
HOST_CC      := gcc
HOST_EXTRA   := -fsanitize=address,undefined -fno-sanitize-recover=all
HOST_CMOCKA  := -lcmocka
HOST_FLAGS   := -std=gnu11 -g -O1 -fno-omit-frame-pointer $(HOST_EXTRA) $(WARNINGS) \
	-I. -Imem/$(HOST) -Itests/unit
HOST_SOURCES := $(filter-out mem/string.c,$(wildcard mem/*.c platform/*.c virtio/*.c gpu/*.c)) \
	$(wildcard efi/options*.c) $(filter-out tests/unit/test_% tests/unit/uapi_values.c,$(wildcard tests/unit/*.c))
HOST_OBJECTS := $(patsubst %.c,$(HOST_OUT)/obj/%.o,$(HOST_SOURCES)) $(HOST_OUT)/obj/font.o
UNIT_TESTS   := $(patsubst tests/unit/%.c,$(HOST_OUT)/tests/%,$(wildcard tests/unit/test_*.c))
MODEL_TESTS  := $(patsubst tests/model/%.c,$(HOST_OUT)/tests/%,$(wildcard tests/model/test_*.c))

.PHONY: unit
unit: $(UNIT_TESTS) $(MODEL_TESTS)

$(HOST_OUT)/obj/%.o: %.c Makefile | setup
	$(call say,HOSTCC,$@)
	@mkdir -p $(@D)
	$(Q)$(HOST_CC) $(HOST_FLAGS) -MMD -MP -c -o $@ $<

$(HOST_OUT)/obj/font.o: $(OUT)/font.c Makefile | setup
	$(call say,HOSTCC,$@)
	@mkdir -p $(@D)
	$(Q)$(HOST_CC) $(HOST_FLAGS) -MMD -MP -c -o $@ $<

# The values of the kernel's headers, as its compiler works them out (tests/unit/uapi.h).
$(HOST_OUT)/uapi_values.h: tests/unit/uapi_values.c tests/unit/uapi_list.h tests/unit/uapi.h Makefile | setup
	$(call say,UAPI,$@)
	@mkdir -p $(@D)
	$(Q)$(HOST_CC) $(HOST_FLAGS) -S -o $(@:.h=.s) $<
	$(Q)sed -n 's,.*/\* UAPI \([A-Z]*_[0-9]*\) [#$$]*\([0-9]*\) \*/.*,#define UAPI_\1 \2,p' $(@:.h=.s) >$@

$(HOST_OUT)/obj/tests/unit/uapi_ours.o: $(HOST_OUT)/uapi_values.h
$(HOST_OUT)/obj/tests/unit/uapi_ours.o: private HOST_FLAGS += -I$(HOST_OUT)

# What speaks to firmware sees the UEFI definitions here too, and a fake of boot services.
FIRMWARE_OBJECTS := $(HOST_OUT)/obj/efi/dma_pages.o $(HOST_OUT)/obj/efi/firmware.o \
	$(HOST_OUT)/obj/efi/gop.o $(HOST_OUT)/obj/efi/leave.o $(HOST_OUT)/obj/efi/log_file.o \
	$(HOST_OUT)/obj/efi/option_sources.o $(HOST_OUT)/obj/efi/persist.o $(HOST_OUT)/obj/efi/text_file.o
FIRMWARE_TESTS   := $(patsubst %,$(HOST_OUT)/obj/tests/unit/%.o,fake_firmware test_firmware test_leave \
	test_log_file test_gop \
	test_option_sources test_persist)

$(FIRMWARE_OBJECTS) $(FIRMWARE_TESTS): private HOST_FLAGS += $(call EFI_FLAGS,$(HOST))

$(HOST_OUT)/units.a: $(HOST_OBJECTS) $(FIRMWARE_OBJECTS)
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcsD $@ $^

$(UNIT_TESTS): $(HOST_OUT)/tests/%: $(HOST_OUT)/obj/tests/unit/%.o $(HOST_OUT)/units.a
	$(call say,HOSTLD,$@)
	@mkdir -p $(@D)
	$(Q)$(HOST_CC) $(HOST_EXTRA) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(HOST_CMOCKA)

# The GIC's tables with their barriers as calls, as the model has them (below): the test decides what
# of memory the GIC has seen.
$(HOST_OUT)/tests/test_gic_its: $(patsubst %,$(HOST_OUT)/model/platform/%.o,gic_its gic_its_tables)

-include $(HOST_OBJECTS:.o=.d) $(FIRMWARE_OBJECTS:.o=.d) $(UNIT_TESTS:$(HOST_OUT)/tests/%=$(HOST_OUT)/obj/tests/unit/%.d)

# The model of a device, which has the driver's barriers as calls (tests/model/barrier.h): before
# units.a in the link, so that these objects of what has barriers are the ones that are taken.
MODEL_FLAGS   := -Itests/model $(HOST_FLAGS)
MODEL_BARRIER := virtio/queue_split virtio/queue_packed gpu/fault
MODEL_OBJECTS := $(patsubst %,$(HOST_OUT)/model/%.o,$(MODEL_BARRIER)) $(patsubst %.c,$(HOST_OUT)/obj/%.o, \
	$(filter-out tests/model/test_%,$(wildcard tests/model/*.c)))

$(HOST_OUT)/model/%.o: %.c Makefile | setup
	$(call say,HOSTCC,$@)
	@mkdir -p $(@D)
	$(Q)$(HOST_CC) $(MODEL_FLAGS) -MMD -MP -c -o $@ $<

$(MODEL_TESTS): $(HOST_OUT)/tests/%: $(HOST_OUT)/obj/tests/model/%.o $(MODEL_OBJECTS) \
		$(HOST_OUT)/units.a
	$(call say,HOSTLD,$@)
	@mkdir -p $(@D)
	$(Q)$(HOST_CC) $(HOST_EXTRA) -o $@ $^ $(HOST_CMOCKA)

-include $(MODEL_OBJECTS:.o=.d) $(MODEL_TESTS:$(HOST_OUT)/tests/%=$(HOST_OUT)/obj/tests/model/%.d)

# ---- the same objects as a program that drives QEMU's devices from outside ---------------------

QTEST         := $(HOST_OUT)/qtest/firstlight-qtest
QTEST_OBJECTS := $(patsubst %.c,$(HOST_OUT)/obj/%.o,$(wildcard tests/qtest/*.c tests/seam/*.c))

.PHONY: qtest
qtest: $(QTEST)

# What of units.a belongs to tests/unit/ stays out: nothing here asks for it.
$(QTEST): $(QTEST_OBJECTS) $(HOST_OUT)/units.a
	$(call say,HOSTLD,$@)
	@mkdir -p $(@D)
	$(Q)$(HOST_CC) $(HOST_EXTRA) -o $@ $^

-include $(QTEST_OBJECTS:.o=.d)

# Every fault of gpu/fault.h on these devices and on the model: what is seen, and what is named as its cause.
.PHONY: faults
faults: qtest $(HOST_OUT)/tests/test_mistakes
	@$(PYTHON) tests/qtest/gallery.py

# What costs how much as it grows, on these devices: docs/growth.png, and the tables of docs/performance.md.
.PHONY: growth
growth: qtest
	@$(PYTHON) tools/growth.py

# ---- fuzzing: the same sources under libFuzzer, and its inputs replayed without it -------------

FUZZ_OUT     := build/fuzz
FUZZ_FLAGS   := $(subst =address,=fuzzer-no-link$(comma)address,$(HOST_FLAGS))
FUZZ_NAMES   := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_SHARED  := $(filter-out tests/fuzz/fuzz_% tests/fuzz/replay.c,$(wildcard tests/fuzz/*.c tests/seam/*.c))
FUZZ_OBJECTS := $(patsubst %.c,$(FUZZ_OUT)/obj/%.o, \
	$(filter-out tests/unit/%,$(HOST_SOURCES)) $(FUZZ_SHARED)) $(FUZZ_OUT)/obj/font.o
REPLAY       := $(patsubst %.c,$(HOST_OUT)/obj/%.o,$(FUZZ_SHARED) tests/fuzz/replay.c)

.PHONY: fuzz-build
fuzz-build: $(FUZZ_NAMES:%=$(FUZZ_OUT)/%)

.PHONY: replay
replay: $(FUZZ_NAMES:%=$(HOST_OUT)/fuzz/%)

$(FUZZ_OUT)/obj/%.o: %.c Makefile | setup
	$(call say,FUZZCC,$@)
	@mkdir -p $(@D)
	$(Q)clang $(FUZZ_FLAGS) -MMD -MP -c -o $@ $<

$(FUZZ_OUT)/obj/font.o: $(OUT)/font.c Makefile | setup
	$(call say,FUZZCC,$@)
	@mkdir -p $(@D)
	$(Q)clang $(FUZZ_FLAGS) -MMD -MP -c -o $@ $<

$(FUZZ_OUT)/units.a: $(FUZZ_OBJECTS)
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcsD $@ $^

$(FUZZ_NAMES:%=$(FUZZ_OUT)/%): $(FUZZ_OUT)/%: $(FUZZ_OUT)/obj/tests/fuzz/fuzz_%.o $(FUZZ_OUT)/units.a
	$(call say,FUZZLD,$@)
	$(Q)clang -fsanitize=fuzzer,address,undefined -o $@ $^

# What of units.a belongs to tests/unit/ stays out: nothing here asks for it.
$(FUZZ_NAMES:%=$(HOST_OUT)/fuzz/%): $(HOST_OUT)/fuzz/%: $(HOST_OUT)/obj/tests/fuzz/fuzz_%.o \
		$(REPLAY) $(HOST_OUT)/units.a
	$(call say,HOSTLD,$@)
	@mkdir -p $(@D)
	$(Q)$(HOST_CC) $(HOST_EXTRA) -o $@ $^

-include $(FUZZ_OBJECTS:.o=.d) $(REPLAY:.o=.d) $(foreach d,$(HOST_OUT) $(FUZZ_OUT), \
	$(FUZZ_NAMES:%=$(d)/obj/tests/fuzz/fuzz_%.d))

.PHONY: fuzz
fuzz: fuzz-build
	@$(PYTHON) tests/fuzz/run.py fuzz --seconds=$(FUZZ_SECONDS) --jobs=$(JOBS) $(FUZZ_TARGET)

# Makes tests/fuzz/corpus anew: the seeds, and what the runs found that reaches more, minimised.
.PHONY: fuzz-corpus
fuzz-corpus: fuzz-build
	@$(PYTHON) tests/fuzz/run.py corpus $(FUZZ_TARGET)

# ---- running ----------------------------------------------------------------------------------

RUN = $(PYTHON) tools/run.py --arch=$(ARCH) --gpu=$(GPU) --app=$(OUT)/$(ARCH)/firstlight.efi \
	--args=$(call quote,$(ARGS)) --qemu-args=$(call quote,$(QEMU_ARGS)) --timeout=$(TIMEOUT) \
	$(if $(filter 1,$(V)),--verbose)

.PHONY: run
run: $(OUT)/$(ARCH)/firstlight.efi
	@$(RUN)

# What firmware's driver and ours cost, in the same boots; build/bench.json.
.PHONY: bench
bench: apps
	@$(PYTHON) tools/measure.py

.PHONY: size
size: apps
	@$(PYTHON) tools/size.py $(OUT) $(ARCHES)

.PHONY: debug
debug: $(OUT)/$(ARCH)/firstlight.efi
	@$(RUN) --debug

# The same machine again and again: how many boots pass, and the log of the first that does not.
.PHONY: repeat
repeat: $(OUT)/$(ARCH)/firstlight.efi
	@$(subst tools/run.py,tools/repeat.py $(BOOTS),$(RUN))

# ---- tests ------------------------------------------------------------------------------------

# The other compiler builds it too, in a folder of its own.
.PHONY: clang
clang: | setup
	@$(MAKE) --no-print-directory COMPILER=clang apps

# The unit tests and the model for the main architecture, to run by qemu-aarch64.
CMOCKA_LIB := $(DEPS)/cmocka-lib/usr/lib/aarch64-linux-gnu

.PHONY: aarch64-host
aarch64-host: | setup
	@$(MAKE) --no-print-directory HOST_OUT=build/aarch64-host HOST=aarch64 HOST_EXTRA= \
		HOST_CC='aarch64-linux-gnu-gcc -I$(DEPS)/cmocka/usr/include' \
		HOST_CMOCKA=$(CMOCKA_LIB)/libcmocka.so.0 unit

# Small applications that bring a machine into a state in which no firmware at hand leaves it, and
# start firstlight: la57 has five levels of page tables, vhe EL2 as a host's (tests/boot/test_tables.py).
STAND_INS := build/x86_64/la57.efi build/aarch64/vhe.efi

.PHONY: stand-ins
stand-ins: $(STAND_INS)

# $(1): the architecture; $(2): its folder in tests/boot
define stand_in_rules
$(2)_OBJECTS := $(patsubst %,build/$(1)/obj/tests/boot/%.o,start $(2)/main $(2)/switch)

$$($(2)_OBJECTS): private FLAGS_$(1) += $$(call EFI_FLAGS,$(1))

build/$(1)/$(2).elf: $$($(2)_OBJECTS) build/$(1)/obj/mem/string.o tools/efi.ld | setup
	$$(call say,LD,$$@)
	$$(Q)$$(CC_$(1)) $$(FLAGS_$(1)) $$(LDFLAGS_TARGET) -o $$@ $$(filter %.o,$$^)

-include $$($(2)_OBJECTS:.o=.d)
endef
$(foreach s,$(STAND_INS),$(eval $(call stand_in_rules,$(notdir $(patsubst %/,%,$(dir $(s)))),$(basename $(notdir $(s))))))

$(STAND_INS): %.efi: %.elf tools/elf2efi.py | setup
	$(call say,EFI,$@)
	$(Q)$(PYTHON) tools/elf2efi.py $< $@

.PHONY: check-build
check-build: esp image unit qtest replay clang aarch64-host stand-ins

.PHONY: check
check: check-build
	@$(PYTHON) -m pytest -n $(JOBS) $(TESTS)

# Other firmware and another QEMU than those installed, which are fetched; prints a table.
.PHONY: matrix
matrix: apps
	@$(PYTHON) tests/wide/run.py --jobs=$(JOBS) $(if $(findstring command,$(origin BOOTS)),--boots=$(BOOTS)) $(CELLS)

# More media and machines than check starts: minutes, not seconds.
.PHONY: wide
wide: esp image aarch64-host stand-ins
	@WIDE=1 $(PYTHON) -m pytest -n $(JOBS) tests/boot tests/aarch64

# What needs no firmware, in less than two minutes.
.PHONY: check-host
check-host: unit qtest replay
	@$(PYTHON) -m pytest -n $(JOBS) tests/unit tests/model tests/qtest tests/fuzz tests/test_layers.py

# The programs of the unit tests and the model alone, built otherwise. $(1): where.
CMOCKA_TESTS = TEST_PROGRAMS=$(1)/tests $(PYTHON) -m pytest -q -n $(JOBS) \
	$(wildcard tests/unit/test_*.c tests/model/test_*.c)

COVERAGE := build/coverage
GCOVR    := gcovr --root . --object-directory $(COVERAGE)/obj $(COVERAGE) \
	$(foreach d,mem platform virtio gpu,--filter $(d)/)

# -O0: an optimised branch need not be one of the source. Counts of an earlier run would be added to.
.PHONY: coverage
coverage: | setup
	@$(MAKE) --no-print-directory HOST_OUT=$(COVERAGE) HOST_EXTRA='--coverage -O0' unit
	$(Q)find $(COVERAGE) -name '*.gcda' -delete
	@$(call CMOCKA_TESTS,$(COVERAGE))
	$(Q)$(GCOVR) --html-details $(COVERAGE)/index.html --print-summary
	@echo "the report: $(COVERAGE)/index.html"

# What is looked for, and what not and why: .clang-tidy. For cppcheck: nullPointer takes the operand
# of sizeof (FIELD_SIZE) for a dereference, uninitvar does not see that format_args writes the line;
# 2.17 does not know variables that are a register, and says where it looked at some branches only.
CLANG_TIDY = clang-tidy --quiet $(2) -- --target=$(1)-linux-gnu -I. -Imem/$(1) $(CFLAGS_TARGET) \
	$(CFLAGS_$(1)) $(call EFI_FLAGS,$(1)) 2>build/tidy.log || { cat build/tidy.log; exit 1; }

.PHONY: lint
lint: | setup
	$(call say,TIDY,$(FOLDERS))
	$(Q)$(call CLANG_TIDY,x86_64,$(wildcard $(FOLDERS:%=%/*.c) $(FOLDERS:%=%/x86_64/*.c)))
	$(Q)$(call CLANG_TIDY,aarch64,$(wildcard $(FOLDERS:%=%/aarch64/*.c)))
	$(call say,CPPCHK,$(FOLDERS))
	$(Q)cppcheck -q --std=c11 --error-exitcode=1 --enable=warning,performance,portability \
		--suppress=nullPointer --suppress=uninitvar:mem/log.c --suppress=normalCheckLevelMaxBranches \
		--suppress=syntaxError:platform/aarch64/end.c -I. -Imem/x86_64 $(FOLDERS)

# ---- housekeeping -----------------------------------------------------------------------------

.PHONY: format
format: | setup
	$(Q)clang-format -i $(wildcard $(foreach d,$(FOLDERS) tests,$(foreach g,*.[ch] */*.[ch] */*/*.[ch],$(d)/$(g))))

# What was fetched stays; distclean takes that too.
.PHONY: clean
clean:
	$(Q)rm -rf $(filter-out $(DEPS),$(wildcard build/*)) $(ESP_FILES) esp/EFI .pytest_cache
	$(Q)find tests tools -name __pycache__ -prune -exec rm -rf {} +

.PHONY: distclean
distclean: clean
	$(Q)rm -rf build

define HELP
Targets:
  all        (default) build for $(ARCHES), stage esp/
  esp        the same as all; apps: without esp/; clang: by clang, into build/clang
  run        build, boot in QEMU, show the log; the screen goes to build/screen.png
  check      build everything and run every test; the last line counts them
  wide       what check leaves out: media, machines, the other architecture
  check-host what needs no firmware: unit tests, model, qtest, fuzzing's inputs again
  matrix     boot under every firmware and QEMU at hand, two of them fetched; prints a table
  coverage   lines and branches that unit tests and model reach; build/coverage/index.html
  lint       clang-tidy and cppcheck
  repeat     run BOOTS times: how many passed, and the log of the first that did not
  image      build/firstlight.img: a disk with esp/ on it, for a USB stick
  sign       the same as all, signed for Secure Boot with KEY and CERT; image takes them too
  bench      what firmware's driver and ours cost, in the same boots; build/bench.json
  growth     what a frame and finding devices cost as they grow: docs/growth.png and its tables
  size       how large the application is, by sections and folders, and its DMA memory
  debug      QEMU waiting for gdb, with the symbols placed
  unit       build the unit tests only
  aarch64-host  build the unit tests and the model for aarch64; check runs them by qemu-aarch64
  qtest      build the program that drives QEMU's devices without firmware
  faults     the gallery of mistakes: each fault, its symptom and the cause that is named
  fuzz       fuzz the parsers and the device's side; see tests/fuzz/README.md
  fuzz-corpus  make the kept inputs anew; fuzz-build, replay: build what runs them
  check-build  build what check runs; stand-ins: the applications of it that stand in for firmware
  setup      look for what a build needs, and get what is missing
  format     lay out the C files with clang-format
  clean      remove what was built; distclean: also what was fetched
Variables, with their values now:
  ARCH       $(ARCH): the machine of run and debug: $(ARCHES)
  GPU        $(GPU): its GPU: pci mmio mmio-legacy vga none
  ARGS       $(ARGS): options of firstlight, as "key=value ..."; see docs/options.md
  QEMU_ARGS  $(QEMU_ARGS): more arguments for QEMU
  TIMEOUT    $(TIMEOUT): seconds in which run must have a verdict
  BOOTS      $(BOOTS): how many boots repeat makes, and, when it is given, matrix of each cell
  COMPILER   $(COMPILER): gcc, or clang, which builds into build/clang
  TESTS      $(TESTS): what check runs, such as tests/unit
  JOBS       $(JOBS): how many tests at a time
  CELLS      $(CELLS): words that the lines of matrix must hold, such as "U-Boot 10.0"
  KEY, CERT  a key and its certificate (PEM): what is staged in esp/ is signed with them
  FUZZ_SECONDS  $(FUZZ_SECONDS): how long fuzz takes for each target
  FUZZ_TARGET   $(FUZZ_TARGET): the targets of fuzz; all without one
  V          $(V): 1 shows the commands
endef

.PHONY: help
help:
	$(info $(HELP))@:

.PHONY: FORCE
FORCE:
