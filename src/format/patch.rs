//! Patches of JSON values: strategic merge as kubectl does it, and JSON Patch (RFC 6902).

use serde_json::{Map, Value};

/// By which member the elements of a list are told apart, for lists of Kubernetes' own kinds that
/// are merged and not replaced: `patchMergeKey` in `k8s.io/api` (core/v1, 1.34). `ports` of a
/// Service have `port`, those of a container `containerPort`.
const MERGE_KEYS: &[(&str, &[&str])] = &[
    ("containers", &["name"]),
    ("initContainers", &["name"]),
    ("ephemeralContainers", &["name"]),
    ("env", &["name"]),
    ("volumes", &["name"]),
    ("volumeMounts", &["mountPath"]),
    ("volumeDevices", &["devicePath"]),
    ("ports", &["containerPort", "port"]),
    ("imagePullSecrets", &["name"]),
    ("hostAliases", &["ip"]),
    ("topologySpreadConstraints", &["topologyKey"]),
    ("ownerReferences", &["uid"]),
    ("secrets", &["name"]),
];

/// The member of a map that says what is done with it: `delete` or `replace`.
const DIRECTIVE: &str = "$patch";

/// Merges a patch into a value: maps by key, `null` removes. Lists are replaced; with `strategic`,
/// those that Kubernetes knows the elements of are merged element by element.
pub fn merge(into: &mut Value, patch: &Value, strategic: bool) {
    let (Value::Object(old), Value::Object(new)) = (&mut *into, patch) else {
        *into = patch.clone();
        return;
    };
    if new.get(DIRECTIVE).is_some_and(|d| d == "replace") {
        old.clear();
    }
    for (key, value) in new.iter().filter(|(key, _)| *key != DIRECTIVE) {
        match (old.get_mut(key), value) {
            (_, Value::Null) => {
                old.remove(key);
            }
            (Some(Value::Array(items)), Value::Array(more))
                if strategic && merge_key(key, more).is_some() =>
            {
                let by = merge_key(key, more).unwrap_or_default();
                merge_lists(items, more, by);
            }
            (Some(there), _) => merge(there, value, strategic),
            (None, _) => {
                let mut fresh = Value::Object(Map::new());
                merge(&mut fresh, value, strategic);
                old.insert(key.clone(), fresh);
            }
        }
    }
}

/// The member by which the elements of a patch's list are told apart, if every one has it.
fn merge_key(list: &str, patch: &[Value]) -> Option<&'static str> {
    let (_, keys) = MERGE_KEYS.iter().find(|(name, _)| *name == list)?;
    let all_have = |key: &str| patch.iter().all(|item| item.get(key).is_some());
    keys.iter().copied().find(|key| all_have(key))
}

fn merge_lists(items: &mut Vec<Value>, patch: &[Value], by: &str) {
    for new in patch {
        let place = items.iter().position(|old| old.get(by) == new.get(by));
        let delete = new.get(DIRECTIVE).is_some_and(|d| d == "delete");
        match place {
            Some(place) if delete => {
                items.remove(place);
            }
            Some(place) => merge(&mut items[place], new, true),
            None if delete => {}
            None => items.push(new.clone()),
        }
    }
}

/// Applies the operations of a JSON Patch, all or none.
///
/// # Errors
/// The operation that cannot be applied, and why.
pub fn apply(value: &mut Value, operations: &[Value]) -> Result<(), String> {
    let mut done = value.clone();
    for operation in operations {
        one(&mut done, operation).map_err(|why| format!("`{operation}`: {why}"))?;
    }
    *value = done;
    Ok(())
}

fn one(value: &mut Value, operation: &Value) -> Result<(), String> {
    let text = |key: &str| {
        let found = operation.get(key).and_then(Value::as_str);
        found.ok_or(format!("it has no `{key}`"))
    };
    let given = || {
        operation
            .get("value")
            .cloned()
            .ok_or("it has no `value`".to_string())
    };
    let path = text("path")?;
    match text("op")? {
        "add" => add(value, path, given()?),
        "remove" => remove(value, path).map(drop),
        "replace" => {
            *there(value, path)? = given()?;
            Ok(())
        }
        "move" => {
            let moved = remove(value, text("from")?)?;
            add(value, path, moved)
        }
        "copy" => {
            let copied = there(value, text("from")?)?.clone();
            add(value, path, copied)
        }
        "test" => match *there(value, path)? == given()? {
            true => Ok(()),
            false => Err("something else is there".to_string()),
        },
        _ => Err("`op` is one of add, remove, replace, move, copy, test".to_string()),
    }
}

fn there<'a>(value: &'a mut Value, path: &str) -> Result<&'a mut Value, String> {
    value
        .pointer_mut(path)
        .ok_or(format!("nothing is at `{path}`"))
}

/// The container that a path leads into, and the last part of the path.
fn parent<'a>(value: &'a mut Value, path: &str) -> Result<(&'a mut Value, String), String> {
    let (above, last) = path.rsplit_once('/').ok_or("a path begins with `/`")?;
    Ok((
        there(value, above)?,
        last.replace("~1", "/").replace("~0", "~"),
    ))
}

fn add(value: &mut Value, path: &str, new: Value) -> Result<(), String> {
    match parent(value, path)? {
        (Value::Object(map), key) => {
            map.insert(key, new);
        }
        (Value::Array(items), key) if key == "-" => items.push(new),
        (Value::Array(items), key) => {
            let place = key.parse().ok().filter(|at: &usize| *at <= items.len());
            items.insert(
                place.ok_or(format!("`{key}` is no place of the list"))?,
                new,
            );
        }
        _ => return Err(format!("`{path}` leads into no map or list")),
    }
    Ok(())
}

fn remove(value: &mut Value, path: &str) -> Result<Value, String> {
    let nothing = || format!("nothing is at `{path}`");
    match parent(value, path)? {
        (Value::Object(map), key) => map.remove(&key).ok_or_else(nothing),
        (Value::Array(items), key) => {
            let place = key.parse().ok().filter(|at: &usize| *at < items.len());
            place.map(|at| items.remove(at)).ok_or_else(nothing)
        }
        _ => Err(nothing()),
    }
}

#[cfg(test)]
mod tests {
    use super::{apply, merge};
    use serde_json::json;

    /// As `kubectl patch --type=strategic` and `--type=merge` do it.
    #[test]
    fn lists_that_kubernetes_knows_are_merged_and_others_replaced() {
        let pod = json!({ "spec": {
            "containers": [{ "name": "a", "image": "x", "args": ["1"] }, { "name": "b" }],
            "tolerations": [{ "key": "k" }],
        }, "metadata": { "labels": { "l": "1", "m": "2" } } });
        let patch = json!({ "spec": {
            "containers": [{ "name": "a", "args": ["2"] }, { "name": "b", "$patch": "delete" }, { "name": "c" }],
            "tolerations": [],
        }, "metadata": { "labels": { "l": null, "n": "3" } } });
        let mut strategic = pod.clone();
        merge(&mut strategic, &patch, true);
        assert_eq!(
            strategic,
            json!({ "spec": {
                "containers": [{ "name": "a", "image": "x", "args": ["2"] }, { "name": "c" }],
                "tolerations": [],
            }, "metadata": { "labels": { "m": "2", "n": "3" } } })
        );
        let mut plain = pod.clone();
        merge(
            &mut plain,
            &json!({ "spec": { "containers": [{ "name": "z" }] } }),
            false,
        );
        assert_eq!(plain["spec"]["containers"], json!([{ "name": "z" }]));
        let mut replaced = pod;
        merge(
            &mut replaced,
            &json!({ "metadata": { "labels": { "$patch": "replace", "only": "1" } } }),
            true,
        );
        assert_eq!(replaced["metadata"]["labels"], json!({ "only": "1" }));
    }

    #[test]
    fn operations_are_applied_all_or_none() {
        let start = json!({ "a": [1, 2], "b/c": { "d": 3 } });
        let run = |operations| {
            let mut value = start.clone();
            apply(&mut value, &[operations]).map(|()| value)
        };
        let op =
            |op: &str, path: &str| json!({ "op": op, "path": path, "value": 9, "from": "/b~1c/d" });
        let tried = [
            (
                op("add", "/a/1"),
                json!({ "a": [1, 9, 2], "b/c": { "d": 3 } }),
            ),
            (
                op("add", "/a/-"),
                json!({ "a": [1, 2, 9], "b/c": { "d": 3 } }),
            ),
            (op("remove", "/a/0"), json!({ "a": [2], "b/c": { "d": 3 } })),
            (
                op("replace", "/b~1c/d"),
                json!({ "a": [1, 2], "b/c": { "d": 9 } }),
            ),
            (op("move", "/e"), json!({ "a": [1, 2], "b/c": {}, "e": 3 })),
            (
                op("copy", "/e"),
                json!({ "a": [1, 2], "b/c": { "d": 3 }, "e": 3 }),
            ),
        ];
        for (operation, expected) in tried {
            assert_eq!(run(operation), Ok(expected));
        }
        for broken in [
            op("add", "/a/7"),
            op("replace", "/x"),
            op("test", "/a/0"),
            op("remove", "/a/2"),
            op("put", "/a"),
            json!({}),
        ] {
            assert!(run(broken.clone()).is_err(), "{broken}");
        }
        let mut value = start.clone();
        assert!(apply(&mut value, &[op("remove", "/a"), op("remove", "/a")]).is_err());
        assert_eq!(value, start);
    }
}
