# SPDX-License-Identifier: Apache-2.0
"""`python -m ruleout`: the same as the `ruleout` command."""

from ruleout.cli.main import run

if __name__ == "__main__":
    run()
