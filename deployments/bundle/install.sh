#!/bin/sh
# Installs dondoc without a network: ./install.sh [/opt/dondoc]
# PYTHON=/path/to/python chooses the interpreter; it must be the one named in README.txt beside this.
# A wheel whose content is not the one in requirements.lock is refused.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target=${1:-/opt/dondoc}
"${PYTHON:-python3}" -m venv "$target"
"$target/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --no-cache-dir \
	--no-index -f "$here/wheels" --no-deps --require-hashes -r "$here/requirements.lock"
echo "$target/bin/dondoc"
