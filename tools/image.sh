#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Makes a GPT disk image with one EFI system partition. Needs no root, and the same files always
# give the same bytes.
#
# usage: tools/image.sh FOLDER IMAGE FILE...
#
# The FILEs, paths inside FOLDER, become the partition's contents.
set -eu

folder=$1
image=$2
shift 2
PATH=$PATH:/usr/sbin:/sbin

# Every time stamp is FAT's first day.
export TZ=UTC SOURCE_DATE_EPOCH=315532800

# In sectors of 512 bytes. The partition is FAT32, as UEFI 2.10 §13.3.1.1 wants it on a fixed disk;
# that takes 65525 clusters at least, here of one sector each. Behind it is room for the second GPT.
start=2048
size=129024
sectors=$((start + size + 2048))

new=$image.new
stage=$image.files
rm -rf "$new" "$stage"
trap 'rm -rf "$new" "$stage"' EXIT

truncate -s $((sectors * 512)) "$new"
sfdisk --quiet "$new" <<END
label: gpt
label-id: 6f6c1a52-3f1e-4f0e-9c8e-0f1e57116870
unit: sectors
start=$start, size=$size, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, uuid=d3b5f2c4-1b0a-4a7d-8a55-0f1e57116871, name="firstlight"
END
partition=$new@@$((start * 512))
mformat -i "$partition" -F -T $size -h 255 -s 63 -H $start -c 1 -N 0f1e5711 -v FIRSTLIGHT ::

# In a sorted order: what a directory lists first is not the same everywhere.
for file in $(printf '%s\n' "$@" | LC_ALL=C sort); do
	made=
	for part in $(dirname "$file" | tr / ' '); do
		made=$made/$part
		if [ "$part" != . ] && [ ! -d "$stage$made" ]; then
			mkdir -p "$stage$made"
			mmd -i "$partition" "::$made"
		fi
	done
	mkdir -p "$stage"
	cp "$folder/$file" "$stage/$file"
	touch -d "@$SOURCE_DATE_EPOCH" "$stage/$file"
	mcopy -i "$partition" -m "$stage/$file" "::$file"
done
mv "$new" "$image"
