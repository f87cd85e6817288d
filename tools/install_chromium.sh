#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Brings the browser that tests of pages need, where apt can; says so where it cannot. Never fails a build: without a
# browser those tests skip and say why.
for name in chromium chromium-browser google-chrome google-chrome-stable; do
  command -v "$name" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "installing Chromium for the tests of pages (once) ..."
  export DEBIAN_FRONTEND=noninteractive
  {
    timeout 120 apt-get update -qq && timeout 600 apt-get install -y -qq --no-install-recommends chromium
  } >/dev/null 2>&1 && exit 0
fi
echo "no Chromium here and none could be installed: the tests of pages in a browser will skip" >&2
exit 0
