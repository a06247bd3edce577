//! The schema file is the decoder's own, and knows what the decoder knows.
#![expect(clippy::disallowed_methods, reason = "tests read files")]

use meridian::spec::schema;
use serde_json::Value;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/topology.schema.json");

#[test]
fn the_schema_file_is_up_to_date() {
    let text = std::fs::read_to_string(FILE).unwrap_or_default();
    assert!(
        text == schema::text(&meridian::cloud::reads::unread()),
        "run: cargo run -- schema > schema/topology.schema.json"
    );
}

/// A record that several files make up is whole in none of them: an editor shows no error in any,
/// and still knows every word. `engine` of `db` is in the base, `version` and `name` in the other.
#[test]
fn the_schema_of_parts_asks_for_nothing_and_knows_every_word() {
    let kept = std::fs::read_to_string(FILE.replace("topology", "part")).unwrap_or_default();
    let text = schema::part_text(&meridian::cloud::reads::unread());
    assert!(
        kept == text,
        "run: cargo run -- schema part > schema/part.schema.json"
    );
    let part: Value = serde_json::from_str(&text).unwrap();
    let part = jsonschema::draft7::new(&part).unwrap();
    let whole = jsonschema::draft7::new(&schema::schema()).unwrap();
    for case in ["env-base", "env-staging"] {
        let path = format!(
            "{}/tests/cases/workflows/{case}.yaml",
            env!("CARGO_MANIFEST_DIR")
        );
        let text = std::fs::read_to_string(path).unwrap();
        assert!(part.is_valid(&convert(&text)), "{case}");
        assert!(!whole.is_valid(&convert(&text)), "{case}");
    }
    for bad in [
        "datastores: { db: { machnie: x } }\n",
        "objectives: { rto: 5 min }\n",
        "regions: { a: { role: first } }\n",
    ] {
        assert!(!part.is_valid(&convert(bad)), "{bad}");
    }
}

/// The page for people has every field of the schema, because it is made from it.
#[test]
fn the_reference_is_up_to_date_and_complete() {
    let page = meridian::spec::reference::text(&meridian::cloud::reads::table());
    let kept = std::fs::read_to_string(FILE.replace("topology.schema.json", "REFERENCE.md"));
    assert!(
        page == kept.unwrap_or_default(),
        "run: cargo run -- schema reference > schema/REFERENCE.md"
    );
    let schema = schema::schema();
    let mut fields = 0;
    for (name, record) in schema["definitions"].as_object().unwrap() {
        let section = page.split(&format!("\n## {name}\n")).nth(1);
        let section = section.unwrap_or_else(|| panic!("no section of {name}"));
        let section = section.split("\n## ").next().unwrap();
        for key in record["properties"].as_object().unwrap().keys() {
            assert!(section.contains(&format!("| `{key}` |")), "{name}.{key}");
            fields += 1;
        }
    }
    assert!(fields > 250, "{fields}");
}

#[test]
fn the_schema_of_the_analysis_is_up_to_date() {
    let file = FILE.replace("topology", "analysis");
    let text = std::fs::read_to_string(file).unwrap_or_default();
    assert!(
        text == meridian::analysis::schema::text(),
        "run: cargo run -- schema analysis > schema/analysis.schema.json"
    );
}

#[test]
fn the_schema_of_differences_is_up_to_date() {
    let file = FILE.replace("topology", "diff");
    let text = std::fs::read_to_string(file).unwrap_or_default();
    assert!(
        text == meridian::analysis::schema::printed(&meridian::diff::schema()),
        "run: cargo run -- schema diff > schema/diff.schema.json"
    );
}

/// Every object is closed, and every member of a record says what it is.
#[test]
fn the_schema_of_the_analysis_describes_every_member() {
    let schema = meridian::analysis::schema::schema();
    let mut records = vec![&schema];
    for definition in schema["definitions"].as_object().unwrap().values() {
        let variants = definition["oneOf"].as_array();
        records.extend(variants.into_iter().flatten().chain([definition]));
    }
    let records: Vec<_> = records
        .into_iter()
        .filter(|r| r["properties"].is_object())
        .collect();
    assert!(records.len() > 20, "{}", records.len());
    for record in records {
        assert_eq!(record["additionalProperties"], false, "{record}");
        let members = record["properties"].as_object().unwrap();
        assert_eq!(record["required"].as_array().unwrap().len(), members.len());
        assert!(record["description"].is_string(), "{record}");
        for (name, member) in members {
            let said = member["description"].as_str().is_some_and(|d| d.len() > 8);
            assert!(said || member["const"].is_string(), "{name}: {member}");
        }
    }
}

#[test]
fn every_field_has_a_description_and_an_example() {
    let schema = schema::schema();
    let mut records = vec![("topology", &schema["properties"])];
    for (name, record) in schema["definitions"].as_object().unwrap() {
        records.push((name, &record["properties"]));
    }
    for (record, fields) in records {
        for (name, field) in fields.as_object().unwrap() {
            let described = field["description"].as_str().is_some_and(|d| d.len() > 8);
            assert!(described, "{record}.{name} has no description");
            assert!(
                field["examples"][0] != Value::Null,
                "{record}.{name} has no example"
            );
        }
    }
}

fn json_of(example: &str) -> Value {
    let path = format!(
        "{}/examples/{example}/topology.yaml",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read_to_string(path).unwrap();
    convert(&text)
}

/// A YAML text as the JSON that an editor's validator sees.
fn convert(text: &str) -> Value {
    use meridian::syntax::{Kind, Node, Style};
    fn json(node: &Node) -> Value {
        match &node.kind {
            Kind::Null => Value::Null,
            Kind::Scalar(s) if s.style == Style::Plain => serde_json::from_str::<Value>(&s.text)
                .ok()
                .filter(|v| v.is_number() || v.is_boolean())
                .unwrap_or_else(|| Value::String(s.text.clone())),
            Kind::Scalar(s) => Value::String(s.text.clone()),
            Kind::List(items) => Value::Array(items.iter().map(json).collect()),
            Kind::Map(entries) => Value::Object(
                entries
                    .iter()
                    .map(|e| (e.key.text.clone(), json(&e.value)))
                    .collect(),
            ),
        }
    }
    let mut sources = meridian::source::SourceMap::default();
    let file = sources.add("x.yaml", text);
    let mut out = meridian::diagnostic::Diagnostics::default();
    let document = meridian::syntax::parse(&sources, file, &Default::default(), &mut out).unwrap();
    json(&document.root)
}

#[test]
fn the_schema_accepts_every_example() {
    let validator = jsonschema::draft7::new(&schema::schema()).unwrap();
    for example in ["ggen", "minimal"] {
        let errors: Vec<_> = validator
            .iter_errors(&json_of(example))
            .map(|e| format!("{} at {}", e, e.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{example}: {errors:#?}");
    }
}

#[test]
fn the_schema_refuses_what_the_decoder_refuses() {
    let validator = jsonschema::draft7::new(&schema::schema()).unwrap();
    let good = "version: 1\nname: x\nregions: { a: { role: primary } }\nobjectives: { rto: 5m }\n";
    assert!(validator.is_valid(&convert(good)));
    for (from, to) in [
        ("name: x\n", ""),
        ("regions", "reigons"),
        ("role: primary", "role: first"),
        ("rto: 5m", "rto: 5"),
        ("rto: 5m", "rto: 5 min"),
        ("rto: 5m", "availability: 101%"),
        ("{ a:", "{ A:"),
        ("version: 1", "version: one"),
    ] {
        let bad = good.replace(from, to);
        assert!(!validator.is_valid(&convert(&bad)), "{bad}");
    }
}

/// What an editor shows beside a field can be written there.
#[test]
fn every_example_of_a_field_is_accepted_by_its_schema() {
    let schema = schema::schema();
    let definitions = schema["definitions"].as_object().unwrap();
    let mut records = vec![("topology", &schema)];
    records.extend(
        definitions
            .iter()
            .map(|(name, record)| (name.as_str(), record)),
    );
    let mut faults = Vec::new();
    let mut seen = 0;
    for (record, definition) in records {
        let Some(fields) = definition["properties"].as_object() else {
            continue;
        };
        for (name, field) in fields {
            // The definitions that it needs, so that 400 validators are not 400 whole schemas.
            let alone =
                serde_json::json!({ "allOf": [field], "definitions": needed(field, definitions) });
            let validator = jsonschema::draft7::new(&alone).unwrap();
            for example in field["examples"].as_array().unwrap() {
                seen += 1;
                let value = example.as_str().map_or(example.clone(), |text| text.into());
                let errors = validator.iter_errors(&value);
                faults.extend(errors.map(|e| format!("{record}.{name}: {example}: {e}")));
            }
        }
    }
    assert!(seen > 400, "{seen}");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A waiver in an example names a finding that there is.
#[test]
fn waivers_in_examples_name_codes() {
    let schema = schema::schema();
    let waiver = &schema["properties"]["waivers"]["examples"][0]["w1"]["code"];
    let code = &schema["definitions"]["Waiver"]["properties"]["code"]["examples"][0];
    for code in [waiver, code] {
        let code = code.as_str().expect("a code");
        let page = meridian::rules::pages::all()
            .into_iter()
            .find(|p| p.id == code);
        assert!(page.is_some(), "no finding {code}");
    }
}

/// The definitions that a schema refers to, and those that they refer to.
fn needed(schema: &Value, all: &serde_json::Map<String, Value>) -> serde_json::Map<String, Value> {
    let mut found = serde_json::Map::new();
    let mut open = vec![schema.to_string()];
    while let Some(text) = open.pop() {
        for reference in text.split("\"#/definitions/").skip(1) {
            let name = reference.split('"').next().unwrap();
            if !found.contains_key(name) {
                found.insert(name.to_string(), all[name].clone());
                open.push(all[name].to_string());
            }
        }
    }
    found
}
