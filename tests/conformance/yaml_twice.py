"""Two readers of YAML, one of 1.1 and one of 1.2, read the same values."""
import json
import os
import subprocess
import sys

import yaml

SCRIPT = """
const fs = require('fs');
const { parseAllDocuments } = require('yaml');
const all = {};
for (const path of process.argv.slice(1)) {
  all[path] = parseAllDocuments(fs.readFileSync(path, 'utf8')).map((d) => {
    if (d.errors.length) throw d.errors[0];
    return d.toJS();
  });
}
console.log(JSON.stringify(all));
"""

paths = []
for folder, _, files in os.walk(sys.argv[1]):
    inside = os.path.relpath(folder, sys.argv[1])
    if not inside.startswith(os.path.join("helm", "templates")):
        paths += [os.path.join(folder, f) for f in files if f.endswith(".yaml")]
paths.sort()
assert paths, "no file was looked at"
other = json.loads(subprocess.run(["node", "-e", SCRIPT, *paths], check=True, capture_output=True, text=True).stdout)
for path in paths:
    # `default=str` would hide a date that only one of the two sees.
    mine = json.loads(json.dumps(list(yaml.safe_load_all(open(path)))))
    theirs = [d for d in other[path]]
    assert mine == theirs, f"{path}: the readers differ"
print(len(paths), "files")
