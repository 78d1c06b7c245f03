#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Looks for what the build and the tests need, and gets what is missing.
#
# usage: tools/setup.sh GROUP...     from the project's root; groups: build clang unit fuzz image
#                                    sign run debug format lint coverage aarch64-host pytest check
#                                    matrix growth
#
# On Debian 12 and 13 it says what is missing and why, then installs it with apt-get (through sudo
# when not root). On other systems it names the packages and stops. When everything is there it
# says nothing. Three things are not installed but unpacked into build/deps: the UEFI headers of
# both architectures (gnu-efi, of which Debian allows only one architecture at a time), a console
# font, and the firmware builds with strict page protection (on Debian 12 they come from Debian 13).
set -eu

DEPS=build/deps
PATH=$PATH:/usr/sbin:/sbin
missing=
modules=

say()
{
	echo "setup: $*" >&2
}

fail()
{
	say "$*"
	exit 1
}

# need PACKAGE REASON: puts a package on the list.
need()
{
	if ! printf '%s' "$missing" | grep -q "^$1 "; then
		missing="$missing$(printf '%-26s %s' "$1" "$2")
"
	fi
}

# The package is there when the command, the file, or the Python module is.
need_command()
{
	command -v "$1" >/dev/null 2>&1 || need "$2" "$3"
}

need_file()
{
	for file in $1; do
		[ -e "$file" ] && return
	done
	need "$2" "$3"
}

need_module()
{
	modules="$modules$1 $2 $3
"
}

# Asks Python for all modules at once; a start of Python takes longer than everything else here.
check_modules()
{
	[ -n "$modules" ] || return 0
	if [ ! -x /usr/bin/python3 ]; then
		need python3 "the tools are written in it"
		absent=$(echo "$modules" | cut -d ' ' -f 1)
	else
		# shellcheck disable=SC2046  # the names are words
		absent=$(/usr/bin/python3 -c 'if True:
			import sys
			from importlib.util import find_spec
			print("\n".join(m for m in sys.argv[1:] if not find_spec(m)))
			' $(echo "$modules" | cut -d ' ' -f 1))
	fi
	while read -r module package reason; do
		for name in $absent; do
			[ "$name" != "$module" ] || need "$package" "$reason"
		done
	done <<-END
	$modules
	END
}

# ---- what each group needs --------------------------------------------------------------------

group_build()
{
	for arch in aarch64 x86_64; do
		# The machine's own compiler has the prefixed name too.
		suffix=-$(echo "$arch" | tr _ -)-linux-gnu
		[ "$(uname -m)" != "$arch" ] || suffix=
		need_command "$arch-linux-gnu-gcc" "gcc$suffix" "compiles for $arch"
		need_command "$arch-linux-gnu-ld" "binutils$suffix" "links for $arch"
	done
	need_module elftools python3-pyelftools "tools/elf2efi.py reads ELF files with it"
}

group_clang()
{
	need_command clang clang "the second compiler, COMPILER=clang"
}

group_unit()
{
	need_command gcc gcc "compiles the unit tests"
	need_file /usr/include/stdio.h libc6-dev "the unit tests run on this machine"
	need_file /usr/include/cmocka.h libcmocka-dev "the unit tests are written with it"
}

# libFuzzer and the sanitizers' runtime are a package of their own, which carries clang's version.
group_fuzz()
{
	group_clang
	need_file /usr/include/stdio.h libc6-dev "the fuzz targets run on this machine"
	version=$(clang -dumpversion 2>/dev/null | cut -d . -f 1)
	[ -n "$version" ] || version=$(apt-cache depends clang 2>/dev/null |
		sed -n 's/.*Depends: clang-\([0-9]*\)$/\1/p')
	need_file "/usr/lib/llvm-$version/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a" \
		"libclang-rt-$version-dev" "libFuzzer and the sanitizers of clang"
}

group_image()
{
	need_command sfdisk fdisk "partitions the disk image"
	need_command mformat mtools "fills the disk image without root"
}

group_sign()
{
	need_command sbsign sbsigntool "signs for Secure Boot"
}

group_uboot()
{
	need_file /usr/lib/u-boot/qemu_arm64/u-boot.bin u-boot-qemu "another UEFI, to boot under"
}

group_run()
{
	need_command qemu-system-aarch64 qemu-system-arm "the aarch64 machine"
	need_command qemu-system-x86_64 qemu-system-x86 "the x86_64 machine"
	need_file '/usr/lib/ipxe/qemu/efi-virtio.rom /usr/share/qemu/efi-virtio.rom' ipxe-qemu \
		"QEMU's network card"
	need_file /usr/share/seabios/vgabios-virtio.bin seabios "QEMU's virtio-vga"
	need_file /usr/share/AAVMF/AAVMF_CODE.fd qemu-efi-aarch64 "the aarch64 firmware"
	need_file /usr/share/OVMF/OVMF_CODE_4M.fd ovmf "the x86_64 firmware"
	need_module PIL python3-pil "the screen is written as PNG"
	if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
		need_file '/usr/lib/*/qemu/ui-gtk.so' qemu-system-gui "QEMU's window"
	fi
}

group_debug()
{
	need_command gdb-multiarch gdb-multiarch "the debugger for both architectures"
}

group_format()
{
	need_command clang-format clang-format "lays out the C files"
}

group_lint()
{
	need_command clang-tidy clang-tidy "looks for mistakes in the C files"
	need_command cppcheck cppcheck "looks for mistakes in the C files"
}

group_pytest()
{
	need_module pytest python3-pytest "runs the tests"
	need_module xdist python3-pytest-xdist "runs several tests at a time"
	need_command edid-decode edid-decode "a second reader of EDIDs, to compare"
	need_command dtc device-tree-compiler "changes a machine's device tree"
}

group_coverage()
{
	group_unit
	group_pytest
	need_command gcovr gcovr "reports what the tests reach"
}

group_aarch64_host()
{
	group_build
	group_pytest
	need_command qemu-aarch64 qemu-user "runs programs of aarch64"
	if [ "$(uname -m)" != aarch64 ]; then
		need_file /usr/aarch64-linux-gnu/include/stdio.h libc6-dev-arm64-cross \
			"the unit tests are built for aarch64"
	fi
}

# A GPU whose pictures can be read back. Debian 12 has it in the package of QEMU's windows.
group_opengl()
{
	need_file '/usr/lib/*/qemu/ui-sdl.so' qemu-system-gui "QEMU's window"
	need_command Xvfb xvfb "a screen for QEMU's window"
	for file in /usr/lib/*/qemu/hw-display-virtio-gpu-gl.so; do
		[ ! -e "$file" ] || return 0
	done
	gl=qemu-system-gui
	if apt-cache show qemu-system-modules-opengl >/dev/null 2>&1; then
		gl=qemu-system-modules-opengl
	fi
	need "$gl" "QEMU's virtio-gpu-gl"
}

group_growth()
{
	need_module matplotlib python3-matplotlib "draws docs/growth.png"
	need_module PIL python3-pil "makes it small"
}

group_matrix()
{
	group_run
	group_opengl
	group_uboot
	need_file /usr/lib/qemu/vhost-user-gpu qemu-system-gui "a GPU in a process of its own"
	need_file '/usr/lib/*/libEGL.so.1' libegl1 "virtio-gpu-gl of QEMU 11 ends without it"
}

group_check()
{
	group_build
	group_clang
	group_unit
	group_image
	group_sign
	need_command openssl openssl "takes the words off the key of the Secure Boot tests"
	group_uboot
	group_run
	group_debug
	group_opengl
	group_pytest
}

# ---- packages ---------------------------------------------------------------------------------

is_debian()
{
	[ -r /etc/os-release ] && command -v apt-get >/dev/null 2>&1 &&
		[ "$(. /etc/os-release && echo "${ID:-}")" = debian ]
}

as_root()
{
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null 2>&1; then
		sudo "$@"
	else
		fail "this needs root and there is no sudo; as root: $*"
	fi
}

install_missing()
{
	[ -n "$missing" ] || return 0
	say "missing (Debian's package names):"
	printf '%s' "$missing" | sed 's/^/  /' >&2
	is_debian || fail "this is not Debian: install these by the means of your system"
	# shellcheck disable=SC2046  # the names are words
	set -- $(printf '%s' "$missing" | cut -d ' ' -f 1)
	say "installing them with apt-get"
	as_root apt-get update -q >&2
	as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get install -q -y --no-install-recommends "$@" >&2
}

# ---- packages that are unpacked, not installed ------------------------------------------------

# The lists that are already fetched in this run.
fetched=

# private_apt STATE ARGUMENT...: apt-get with its own state and lists for both architectures,
# which neither sees nor changes what is installed. The system's settings hold, and its sources,
# unless STATE has a file `sources.list` of its own.
private_apt()
{
	state=$root/$DEPS/apt/$1
	shift
	set -- -q -o Dir::State="$state" -o Dir::State::lists="$state/lists" \
		-o Dir::State::status="$state/status" -o Dir::Cache="$state/cache" \
		-o APT::Architecture="$(dpkg --print-architecture)" \
		-o APT::Architectures::=amd64 -o APT::Architectures::=arm64 \
		-o APT::Sandbox::User=root -o Acquire::Languages=none "$@"
	if [ -e "$state/sources.list" ]; then
		set -- -o Dir::Etc::sourcelist="$state/sources.list" \
			-o Dir::Etc::sourceparts=/dev/null "$@"
	fi
	apt-get "$@"
}

# unpack STATE FOLDER PACKAGE...: downloads packages and unpacks them into DEPS/FOLDER.
unpack()
{
	suite=$1
	folder=$DEPS/$2
	shift 2
	is_debian || fail "$*: this is not Debian: unpack these packages into $folder"
	say "$* unpacked into $folder"
	mkdir -p "$DEPS/apt/$suite/lists/partial" "$DEPS/apt/$suite/cache/archives/partial"
	: >"$DEPS/apt/$suite/status"
	case " $fetched " in
	*" $suite "*) ;;
	*) private_apt "$suite" update >&2 || fail "the package lists could not be fetched" ;;
	esac
	fetched="$fetched $suite"
	rm -rf "$folder" "$folder.new"
	mkdir -p "$folder.new"
	(
		cd "$folder.new" && private_apt "$suite" download "$@" >&2 || exit 1
		for file in ./*.deb; do
			dpkg -x "$file" . && rm "$file" || exit 1
		done
	) || fail "$* could not be unpacked: does the mirror have $suite?"
	mv "$folder.new" "$folder"
}

codename()
{
	(. /etc/os-release && echo "$VERSION_CODENAME")
}

# suite_sources SUITE: its sources, made of the system's own: its main archive with another suite.
suite_sources()
{
	codename=$(codename)
	keyring=/usr/share/keyrings/debian-archive-keyring.gpg
	mkdir -p "$DEPS/apt/$1"
	apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(CODENAME) $(COMPONENT)' \
		'Created-By: Packages' |
		while read -r uri release name component; do
			[ "$component" = main ] || continue
			[ "$release" = "$codename" ] || [ "$release:$name" = "stable:$codename" ] ||
				[ "$release:$name" = "oldstable:$codename" ] || continue
			echo "deb [signed-by=$keyring] $uri $1 main"
		done | sort -u >"$DEPS/apt/$1/sources.list"
	[ -s "$DEPS/apt/$1/sources.list" ] ||
		fail "no source of $codename main found, so none of $1 either"
}

unpack_headers()
{
	[ -e "$DEPS/x86_64/usr/include/efi/efi.h" ] || unpack system x86_64 gnu-efi:amd64
	[ -e "$DEPS/aarch64/usr/include/efi/efi.h" ] || unpack system aarch64 gnu-efi:arm64
}

unpack_cmocka()
{
	[ -e "$DEPS/cmocka/usr/include/cmocka.h" ] || unpack system cmocka libcmocka-dev:arm64
	[ -e "$DEPS/cmocka-lib/usr" ] || unpack system cmocka-lib libcmocka0:arm64
}

unpack_font()
{
	[ -e "$DEPS/font/usr/share/consolefonts/Lat15-Fixed16.psf.gz" ] ||
		unpack system font console-setup-linux
}

# unpack_strict ARCH PACKAGE FILE: the package of Debian 13, unless the system has the file itself.
unpack_strict()
{
	[ ! -e "/$3" ] || return 0
	[ ! -e "$DEPS/firmware/$1/$3" ] || return 0
	suite_sources trixie
	unpack trixie "firmware/$1" "$2"
}

unpack_strict_firmware()
{
	unpack_strict aarch64 qemu-efi-aarch64 usr/share/AAVMF/AAVMF_CODE.secboot.strictnx.fd
	unpack_strict x86_64 ovmf usr/share/OVMF/OVMF_CODE_4M.secboot.strictnx.fd
}

# Beside what is installed: the release's newer QEMU, and on Debian 12 Debian 13's U-Boot.
unpack_matrix()
{
	unpack_strict_firmware
	if [ "$(codename)" = bookworm ] && [ ! -e "$DEPS/matrix/u-boot/usr" ]; then
		suite_sources trixie
		unpack trixie matrix/u-boot u-boot-qemu
	fi
	[ ! -e "$DEPS/matrix/qemu/usr" ] || return 0
	suite_sources "$(codename)-backports"
	unpack "$(codename)-backports" matrix/qemu qemu-system-arm qemu-system-x86 \
		qemu-system-common qemu-system-data qemu-system-gui qemu-system-modules-opengl
}

# ---- what was asked for -----------------------------------------------------------------------

root=$PWD
[ -e tools/setup.sh ] || fail "run it from the project's root"
for group in "$@"; do
	case "$group" in
	build | clang | unit | fuzz | image | sign | run | debug | format | lint | coverage | pytest | check | \
	matrix | growth)
		"group_$group"
		;;
	aarch64-host) group_aarch64_host ;;
	*) fail "unknown group $group" ;;
	esac
done
check_modules
install_missing
for group in "$@"; do
	case "$group" in
	build) unpack_headers && unpack_font ;;
	unit | fuzz | coverage) unpack_font ;;
	aarch64-host) unpack_headers && unpack_font && unpack_cmocka ;;
	check) unpack_headers && unpack_font && unpack_strict_firmware ;;
	matrix) unpack_matrix ;;
	esac
done
