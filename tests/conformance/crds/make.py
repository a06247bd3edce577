#!/usr/bin/env python3
"""Makes schemas for kubeconform from CRDs: make.py CRD.yaml...

Kept are names, types, bounds and what is required; prose is left out, and so are parts that
are Kubernetes' own and larger than the rest (pods' templates), which accept anything.
"""
import json
import pathlib
import sys

import yaml

KEPT = ("type", "enum", "required", "minimum", "maximum", "minLength", "maxLength", "pattern",
        "minItems", "maxItems", "format")
LARGE = 400


def size(schema):
    return 1 + sum(size(s) for s in schema.get("properties", {}).values()) + (
        size(schema["items"]) if isinstance(schema.get("items"), dict) else 0)


def convert(schema, depth=0):
    if depth > 1 and size(schema) > LARGE:
        return {"type": schema["type"]} if "type" in schema else {}
    if schema.get("x-kubernetes-int-or-string"):
        return {"oneOf": [{"type": "string"}, {"type": "integer"}]}
    out = {k: schema[k] for k in KEPT if k in schema and schema[k] != "int-or-string"}
    if out.get("format") not in (None, "int32", "int64"):
        out.pop("format")
    if "properties" in schema:
        out["properties"] = {k: convert(v, depth + 1) for k, v in schema["properties"].items()}
        if not schema.get("x-kubernetes-preserve-unknown-fields"):
            out["additionalProperties"] = False
    elif isinstance(schema.get("additionalProperties"), dict):
        out["additionalProperties"] = convert(schema["additionalProperties"], depth + 1)
    if "items" in schema:
        out["items"] = convert(schema["items"], depth + 1)
    return out


def main():
    here = pathlib.Path(__file__).parent
    for path in sys.argv[1:]:
        crd = yaml.safe_load(open(path))
        group, kind = crd["spec"]["group"], crd["spec"]["names"]["kind"].lower()
        for version in crd["spec"]["versions"]:
            schema = convert(version["schema"]["openAPIV3Schema"])
            for meta, kind_of in (("apiVersion", "string"), ("kind", "string"), ("metadata", "object")):
                schema["properties"][meta] = {"type": kind_of}
            folder = here / group
            folder.mkdir(exist_ok=True)
            text = json.dumps(schema, separators=(",", ":"), sort_keys=True)
            (folder / f"{kind}_{version['name']}.json").write_text(text + "\n")


main()
