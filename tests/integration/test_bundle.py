"""The offline bundle: what its installer takes, and that it refuses a wheel that is not the locked one.

The wheels are made here and hold next to nothing; the real ones need the network, `make bundle` fetches them.
"""

import hashlib
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.repo.tree import ROOT

BUNDLE = ROOT / "deployments" / "bundle"
INSTALLING = [ROOT / "Makefile", ROOT / "deployments" / "compose" / "Dockerfile", *BUNDLE.glob("*.sh")]


def wheel(folder: Path, name: str, content: str) -> str:
    """A package of one module; returns its line in a lock."""
    info = f"{name}-0.1.0.dist-info"
    files = {
        f"{name}.py": content,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": "",
    }
    path = folder / f"{name}-0.1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for inside, text in files.items():
            archive.writestr(inside, text)
    return f"{name}==0.1.0 --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


@pytest.mark.slow
def test_the_installer_takes_what_is_locked_and_nothing_else(tmp_path: Path) -> None:
    bundle, target = tmp_path / "bundle", tmp_path / "đích"
    (bundle / "wheels").mkdir(parents=True)
    shutil.copy(BUNDLE / "install.sh", bundle)
    lock = bundle / "requirements.lock"
    good = [wheel(bundle / "wheels", name, f"NAME = {name!r}\n") for name in ("first", "second")]

    lock.write_text("".join(good), encoding="utf-8")
    (bundle / "wheels" / "second-0.1.0-py3-none-any.whl").rename(tmp_path / "kept.whl")
    wheel(bundle / "wheels", "second", "NAME = 'somebody else'\n")
    refused = install(bundle, target)
    assert refused.returncode != 0
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in refused.stderr
    assert not list(target.glob("lib/*/site-packages/*.py"))  # not even the one that was right

    (tmp_path / "kept.whl").rename(bundle / "wheels" / "second-0.1.0-py3-none-any.whl")
    taken = install(bundle, target)
    assert taken.returncode == 0, taken.stderr
    asked = "import first, second; print(first.NAME, second.NAME)"
    told = subprocess.run([target / "bin" / "python", "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout == "first second\n"


def install(bundle: Path, target: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([bundle / "install.sh", target], capture_output=True, text=True)


@pytest.mark.parametrize("path", INSTALLING, ids=lambda path: path.name)
def test_nothing_of_others_is_installed_without_its_hash(path: Path) -> None:
    joined = path.read_text(encoding="utf-8").replace("\\\n", " ")
    commands = re.findall(r"pip (?:install|download).*", joined)
    ours = [one for one in commands if "--editable ." in one]
    assert not [one for one in commands if one not in ours and "--require-hashes" not in one]
