"""Packs the program into a wheel: `pip install` puts it on the path, as hooks of pre-commit need it.

Usage: python3 packaging/wheel.py BINARY VERSION TARGET FOLDER
"""

import base64
import hashlib
import pathlib
import sys
import zipfile

PLATFORMS = {
    "x86_64-unknown-linux-gnu": "manylinux_2_17_x86_64.manylinux2014_x86_64",
    "x86_64-unknown-linux-musl": "manylinux_2_17_x86_64.manylinux2014_x86_64.musllinux_1_1_x86_64",
    "aarch64-unknown-linux-gnu": "manylinux_2_17_aarch64.manylinux2014_aarch64",
    "aarch64-unknown-linux-musl": "manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64",
    "x86_64-apple-darwin": "macosx_10_12_x86_64",
    "aarch64-apple-darwin": "macosx_11_0_arm64",
}


def main(binary: str, version: str, target: str, folder: str) -> None:
    platform = PLATFORMS[target]
    info = f"meridian_topology-{version}.dist-info"
    tags = "".join(f"Tag: py3-none-{tag}\n" for tag in platform.split("."))
    files = {
        f"meridian_topology-{version}.data/scripts/meridian": pathlib.Path(binary).read_bytes(),
        f"{info}/METADATA": (
            f"Metadata-Version: 2.1\nName: meridian-topology\nVersion: {version}\n"
            "Summary: Compiles one multi-region topology spec into reviewed infrastructure\nLicense: Apache-2.0\n"
        ).encode(),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: meridian\nRoot-Is-Purelib: false\n{tags}".encode(),
    }
    record = "".join(
        f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b'=').decode()},{len(data)}\n"
        for name, data in files.items()
    )
    files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    path = pathlib.Path(folder) / f"meridian_topology-{version}-py3-none-{platform}.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (0o100755 if "/scripts/" in name else 0o100644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            wheel.writestr(entry, data)


if __name__ == "__main__":
    main(*sys.argv[1:])
