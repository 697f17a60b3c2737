#!/bin/sh
# Gathers what an offline install needs into a folder: pack.sh PYTHON LOCK FOLDER. Run by `make bundle`.
# Wheels are those of this machine's kind and of that Python. Our own is added to the lock with its hash.
set -eu
python=$1 lock=$2 folder=$3
rm -rf "$folder"
mkdir -p "$folder/wheels"
"$python" -m pip download --quiet --no-deps --require-hashes --only-binary :all: -r "$lock" -d "$folder/wheels"
"$python" -m pip wheel --quiet --no-deps --no-build-isolation -w "$folder/wheels" .
own=$(basename "$folder"/wheels/dondoc-*.whl)
cp "$lock" "$folder/requirements.lock"
echo "dondoc==$(echo "$own" | cut -d- -f2) --hash=sha256:$(sha256sum "$folder/wheels/$own" | cut -d' ' -f1)" \
	>> "$folder/requirements.lock"
cp deployments/bundle/install.sh deployments/compose/dondoc.service "$folder/"
chmod 755 "$folder/install.sh"
cat > "$folder/README.txt" <<TEXT
dondoc $(echo "$own" | cut -d- -f2)
$("$python" -c 'import platform; print("Python", platform.python_version(), platform.system(), platform.machine())')

Cài đặt khi không có mạng:  ./install.sh /opt/dondoc      (PYTHON=/duong/dan/python nếu cần)
Dùng thử:                   /opt/dondoc/bin/dondoc init thu && /opt/dondoc/bin/dondoc --config thu/dondoc.toml up
Chạy như một dịch vụ:       các bước ghi trong dondoc.service

Install without a network:  ./install.sh /opt/dondoc      (PYTHON=/path/to/python if need be)
Try it:                     /opt/dondoc/bin/dondoc init try && /opt/dondoc/bin/dondoc --config try/dondoc.toml up
Run it as a service:        the steps are in dondoc.service
TEXT
