"""What the programs of this folder share: the stand-in providers, and programs read as modules."""

import importlib.util
import os
from importlib.machinery import SourceFileLoader
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
SHARED = Path(os.environ.get("MERIDIAN_SHARED", PROJECT.parent / "shared"))
MERIDIAN = os.environ.get("MERIDIAN", PROJECT / "target/debug/meridian")


def program(path):
    """A Python program as a module; its name needs no suffix."""
    loader = SourceFileLoader(path.name, str(path))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(path.name, loader))
    loader.exec_module(module)
    return module


def fate():
    """`tools/fate`, and the configuration of Terraform with which it finds the stand-ins."""
    # A configuration that is named and not there is none.
    if not os.path.isfile(os.environ.get("TF_CLI_CONFIG_FILE", "")):
        os.environ.pop("TF_CLI_CONFIG_FILE", None)
    module = program(SHARED / "tools/fate")
    return module, module.stand_ins()


def missing():
    """Whether there are no stand-ins; says so."""
    if not (SHARED / "tools/fate").exists():
        print("skipped: no stand-in providers (MERIDIAN_SHARED)")
        return True
    return False
