"""Links of pages lead to a file and a heading that are there; tables have one width."""
import os
import re
import sys

tree = sys.argv[1]


def anchor(heading):
    kept = (c for c in heading.lower().replace(" ", "-") if c.isalnum() or c in "-_")
    return "".join(kept)


pages = {}
for folder, _, files in os.walk(tree):
    for name in files:
        if name.endswith(".md"):
            path = os.path.join(folder, name)
            text = open(path).read()
            plain = re.sub(r"```.*?```", "", text, flags=re.S)
            pages[path] = (plain, {anchor(h.replace("\\", "").replace("`", "")) for h in re.findall(r"^#+ (.*)$", plain, re.M)})
faults, links = [], 0
for path, (text, _) in pages.items():
    for target in re.findall(r"\]\(([^)]+)\)", text):
        if re.match(r"<?[a-z]+:", target):
            continue
        links += 1
        name, _, fragment = target.partition("#")
        full = os.path.normpath(os.path.join(os.path.dirname(path), name)) if name else path
        if not os.path.exists(full):
            faults.append(f"{path}: {target}: no such file")
        elif fragment and fragment not in pages[full][1]:
            faults.append(f"{path}: {target}: no such heading")
    for block in re.findall(r"(?:^\|.*\n)+", text, re.M):
        widths = {len(re.findall(r"(?<!\\)\|", re.sub(r"`[^`]*`", "", row))) for row in block.splitlines()}
        if len(widths) > 1:
            faults.append(f"{path}: a table with rows of {sorted(widths)} bars: {block.splitlines()[0]}")
# Alerts name a page and a section of it.
rules = os.path.join(tree, "alerts", "prometheus", "rules.yaml")
for url in re.findall(r"runbook_url: \"?(\S+?)\"?$", open(rules).read(), re.M):
    name, _, fragment = url.rsplit("/", 1)[1].partition("#")
    if fragment not in pages[os.path.join(tree, name)][1]:
        faults.append(f"{url}: no such section")
print("\n".join(faults), links, "links")
sys.exit(bool(faults) or not links)
