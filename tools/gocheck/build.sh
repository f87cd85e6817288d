#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Build the independent checker into a folder: build.sh OUTDIR. Prints the program's path.
# It needs Debian's golang-go and golang-golang-x-mod-dev, and installs them when run as root. Where that is not
# possible it says so and exits 3, so that callers can skip. No Go module is downloaded.
set -eu

out=${1:?usage: build.sh OUTDIR}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
packages=/usr/share/gocode

if ! command -v go >/dev/null 2>&1 || [ ! -d "$packages/src/golang.org/x/mod/sumdb/tlog" ]; then
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
        echo "gocheck: skipped: needs golang-go and golang-golang-x-mod-dev, and is not root on Debian" >&2
        exit 3
    fi
    if ! { apt-get update && apt-get install -y --no-install-recommends golang-go golang-golang-x-mod-dev; } >&2; then
        echo "gocheck: skipped: golang-go and golang-golang-x-mod-dev cannot be installed" >&2
        exit 3
    fi
fi

mkdir -p "$out"
# GOPATH mode, so that the compiler takes golang.org/x/mod from Debian's folder and asks no proxy.
GO111MODULE=off GOPATH="$packages" GOFLAGS= GOCACHE="$out/.cache" CGO_ENABLED=0 go build -o "$out/gocheck" "$here/main.go"
echo "$out/gocheck"
