#!/usr/bin/env bash
# Builds what is published of a version into dist/: an archive of the program, a wheel that carries it for
# Python's tools and hooks, and their checksums. Static where the musl target is installed.
#
# Usage: packaging/release.sh [FOLDER]
# MERIDIAN_BINARY names a program that was built already.
set -Eeuo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

dist=${1:-dist}
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
host=$(rustc -vV | sed -n 's/^host: //p')
musl=${host/-gnu/-musl}
target=${host}
if [[ ${musl} != "${host}" ]] && rustup target list --installed 2>/dev/null | grep -qx "${musl}"; then
  target=${musl}
fi

binary=${MERIDIAN_BINARY:-}
if [[ -z ${binary} ]]; then
  cargo build --release --locked --target "${target}"
  binary=target/${target}/release/meridian
fi

name=meridian-${version}-${target}
mkdir -p "${dist}"
stage=$(mktemp -d)
trap 'rm -rf "${stage}"' EXIT
mkdir "${stage}/${name}"
install -m 0755 "${binary}" "${stage}/${name}/meridian"
cp LICENSE README.md "${stage}/${name}/"
# The same bytes from the same program: no times, owners or order of the machine.
tar --sort=name --mtime='UTC 2020-01-01' --owner=0 --group=0 --numeric-owner \
  -C "${stage}" -cf - "${name}" | gzip -n >"${dist}/${name}.tar.gz"
python3 packaging/wheel.py "${binary}" "${version}" "${target}" "${dist}"
(cd "${dist}" && sha256sum -- *.tar.gz *.whl >SHA256SUMS)
printf 'wrote %s: %s\n' "${dist}" "$(cd "${dist}" && echo *)"
