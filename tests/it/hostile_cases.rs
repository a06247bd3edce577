//! Bad input and faults, case by case: a documented exit code, never a panic or a hang, a
//! place and a next step in every message, and a tree that is wholly old or wholly new.
#![cfg(unix)]
#![expect(
    clippy::disallowed_methods,
    reason = "tests look at files and run the program"
)]

use meridian::artifact::manifest::Manifest;
use meridian::artifact::write::Options;
use meridian::artifact::{self, Artifact, ArtifactSet};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const MINIMAL: &str = include_str!("../../examples/minimal/topology.yaml");
const PAYNOW: &str = include_str!("../../examples/paynow/topology.yaml");

fn program() -> PathBuf {
    assert_cmd::cargo::cargo_bin("meridian")
}

fn meridian(here: &Path) -> Command {
    let mut command = Command::new(program());
    command.current_dir(here).env("NO_COLOR", "1");
    command
}

fn folder(name: &str, spec: impl AsRef<[u8]>) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), spec).unwrap();
    folder
}

/// A folder with the spec of a system that was compiled before, its lock and no tree.
fn known() -> TempDir {
    let folder = folder("topology.yaml", MINIMAL);
    let lock = include_str!("../../examples/minimal/topology.lock");
    fs::write(folder.path().join("topology.lock"), lock).unwrap();
    folder
}

/// How a run ended and everything that it said.
fn ended(output: &Output) -> (i32, String) {
    let said = [&output.stdout[..], &output.stderr[..]].concat();
    let said = String::from_utf8(said).expect("UTF-8");
    let raw = |c: char| c.is_control() && c != '\n' && c != '\t';
    assert!(!said.contains(raw), "a control character: {said:?}");
    assert!(!said.contains("a bug:"), "{said}");
    (output.status.code().expect("ended by itself"), said)
}

fn ran(here: &Path, arguments: &[&str]) -> (i32, String) {
    let begun = Instant::now();
    let output = meridian(here).args(arguments).output().unwrap();
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(60), "{arguments:?}: {took:?}");
    ended(&output)
}

/// Checks a text; it is refused with every one of the words, and each code has a next step.
fn refused_as(name: &str, spec: impl AsRef<[u8]>, words: &[&str]) -> String {
    let folder = folder(name, spec);
    let (code, said) = ran(folder.path(), &["check", name]);
    assert_eq!(code, 1, "{words:?}: {said}");
    for word in words {
        assert!(said.contains(word), "{word}: {said}");
    }
    assert!(said.contains("help: "), "{said}");
    said
}

fn refused(spec: impl AsRef<[u8]>, words: &[&str]) -> String {
    refused_as("topology.yaml", spec, words)
}

fn compiles(spec: &str) -> TempDir {
    let folder = folder("topology.yaml", spec);
    let (code, said) = ran(folder.path(), &["compile"]);
    assert_eq!(code, 0, "{said}");
    folder
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let all = walkdir::WalkDir::new(folder).into_iter().flatten();
    let all = all.filter(|e| e.file_type().is_file());
    all.map(|e| {
        let path = e.path().strip_prefix(folder).unwrap();
        (path.display().to_string(), fs::read(e.path()).unwrap())
    })
    .collect()
}

fn shell(here: &Path, script: &str) -> Output {
    let mut bash = Command::new("bash");
    bash.args(["-c", script]).current_dir(here);
    bash.env("MERIDIAN", program()).output().unwrap()
}

/// A spec with one thing changed.
fn with(spec: &str, from: &str, to: &str) -> String {
    assert!(spec.contains(from), "{from}");
    spec.replacen(from, to, 1)
}

/// PayNow with a text of ours wherever people write freely.
fn said_everywhere(text: &str) -> String {
    let quoted = serde_json::to_string(text).unwrap();
    let spec = with(
        PAYNOW,
        "Receives PayNow's web hooks in two regions and credits orders once",
        &quoted,
    );
    let spec = with(&spec, "Lose the primary region and come back", &quoted);
    let spec = with(&spec, "Master switch of multi-region", &quoted);
    with(&spec, "Write version 3 and read 2 and newer", &quoted)
}

#[test]
fn a01_an_empty_spec() {
    for spec in ["", "# only a comment\n", "---\n", "\n\n"] {
        refused(spec, &["SYN101", "the spec is empty", "meridian init"]);
    }
}

#[test]
fn a02_two_documents() {
    let said = refused("name: x\n---\nname: y\n", &["SYN103", "second begins here"]);
    assert!(said.contains("topology.yaml:2:1"), "{said}");
}

#[test]
fn a03_encodings() {
    refused(b"\xff\xfen\0a\0", &["UTF-16, little endian", "byte 0"]);
    refused(b"\xfe\xff\0n\0a", &["UTF-16, big endian"]);
    refused(b"name: caf\xe9\n", &["Latin-1", "byte 9"]);
    let said = refused("\u{feff}version: 1\nzz: 1\n", &["SPEC102"]);
    assert!(said.contains("topology.yaml:2:1"), "{said}");
}

#[test]
fn a04_control_characters() {
    for spec in [
        &b"name: a\0b\n"[..],
        b"name: a\x1b[2Jb\n",
        b"name: \"\\u0000\"\n",
        b"name: \"\\u001b[2J\"\n",
    ] {
        refused(spec, &["SYN104"]);
    }
}

#[test]
fn a05_tabs_and_line_ends() {
    refused(
        "name: x\nregions:\n\tus: {}\n",
        &["SYN102", "use spaces", "topology.yaml:3:1"],
    );
    for end in ["\r\n", "\r"] {
        let folder = compiles(&MINIMAL.replace('\n', end));
        let readme = fs::read(folder.path().join("deploy/README.md")).unwrap();
        assert!(!readme.contains(&b'\r'));
    }
}

#[test]
fn a06_duplicate_keys() {
    for spec in [
        "name: x\nname: y\n",
        "a:\n  b: 1\n  b: 2\n",
        "a: { b: 1, b: 2 }\n",
    ] {
        refused(spec, &["SYN105", "first here", "again here"]);
    }
    for spec in ["a b=1 b=2\n", "regions {\n  us {}\n  us {}\n}\n"] {
        let folder = folder("t.kdl", spec);
        let (code, said) = ran(folder.path(), &["check", "t.kdl"]);
        // KDL says that the last of two properties counts; nothing is lost without a word.
        assert!(
            code == 1 && (said.contains("SYN105") || spec.starts_with('a')),
            "{said}"
        );
    }
}

#[test]
fn a07_words_that_some_take_for_booleans() {
    for word in ["no", "NO", "y", "on", "off", "Yes"] {
        refused(
            format!("name: {word}\n"),
            &["SYN106", &format!("\"{word}\"")],
        );
    }
    // As a key it is text; what a tool for YAML 1.1 makes of `on` is understood.
    let facts = "facts:\n  w: { of: warm-up, KEY: web, value: 2m, evidence: \"https://e.example/1\", measured: 2026-10-01, expires: 2027-10-01 }\n";
    let read = |key: &str| {
        let folder = folder(
            "topology.yaml",
            format!("{MINIMAL}{}", facts.replace("KEY", key)),
        );
        ran(folder.path(), &["check"])
    };
    let (code, plain) = read("on");
    assert!(code == 0 && !plain.contains("SPEC"), "{plain}");
    assert_eq!(read("\"on\""), (code, plain));
    let (code, said) = read("true");
    assert!(code == 0 && said.contains("SPEC108"), "{said}");
    let (code, said) = read("false");
    assert!(code == 1 && said.contains("SPEC102"), "{said}");
}

#[test]
fn a08_numbers_that_readers_disagree_about() {
    for number in [
        "0777",
        "1:30",
        "1_000",
        ".nan",
        "123456789012345678901234567890",
    ] {
        refused(format!("name: {number}\n"), &["SYN106"]);
    }
    refused("version: 1e3\nname: x\n", &["SPEC104"]);
}

#[test]
fn a09_nesting_without_end() {
    let begun = Instant::now();
    for open in ["[", "{a: ", "- "] {
        refused(open.repeat(100_000), &["SYN109", "64"]);
    }
    refused("? ".repeat(50_000), &["SYN1"]);
    let levels = (0..5_000).map(|n| format!("{}a:\n", " ".repeat(n.min(700))));
    refused(levels.collect::<String>(), &["SYN1"]);
    assert!(begun.elapsed() < Duration::from_secs(20));
}

#[test]
fn a10_kdl_nesting_without_end() {
    for open in ["a {", "/*", "/- "] {
        refused_as("t.kdl", open.repeat(100_000), &["SYN1"]);
    }
    let levels = format!("{}{}", "a {\n".repeat(65), "}\n".repeat(65));
    let small = std::thread::Builder::new().stack_size(2 << 20);
    let parsed = small.spawn(move || {
        use meridian::{diagnostic::Diagnostics, source::SourceMap, syntax};
        let mut sources = SourceMap::default();
        let file = sources.add("t.kdl", levels);
        let mut out = Diagnostics::default();
        syntax::parse(&sources, file, &syntax::Limits::default(), &mut out);
        out.iter().map(|d| d.code.id).collect::<Vec<_>>()
    });
    assert_eq!(parsed.unwrap().join().unwrap(), ["SYN109"]);
}

#[test]
fn a11_aliases() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..10 {
        let again = format!("*a{}", level - 1);
        bomb += &format!("a{level}: &a{level} [{}]\n", [again.as_str(); 9].join(", "));
    }
    refused(&bomb, &["SYN110", "what it stands for"]);
    let long = format!(
        "a: &a {}\nb: [{}]\n",
        "x".repeat(60_000),
        ["*a"; 10_000].join(", ")
    );
    refused(&long, &["SYN110"]);
    refused("a: &a [*a]\n", &["SYN108"]);
    refused("a: *nowhere\n", &["SYN108"]);
}

#[test]
fn a12_sizes() {
    refused("#\n".repeat(5 << 19), &["--max-file-bytes"]);
    refused(
        format!("name: {}\n", "x".repeat(70_000)),
        &["--max-scalar-bytes"],
    );
    let keys: String = (0..300_000).map(|n| format!("k{n}: 1\n")).collect();
    refused(&keys, &["--max-nodes"]);
    let honest = format!(
        "{MINIMAL}{}",
        "# a comment of sixty-four characters, as people write them ...\n".repeat(16_000)
    );
    compiles(&honest);
}

/// Costs grow with the number of faults and no faster: squared, 5,000 would take minutes.
#[test]
fn a12_faults_are_found_in_linear_time() {
    let time = |spec: String| {
        let folder = folder("topology.yaml", spec);
        let begun = Instant::now();
        let (code, _) = ran(folder.path(), &["check", "--format", "json"]);
        assert_eq!(code, 1);
        begun.elapsed()
    };
    let kinds: [fn(usize) -> String; 3] = [
        |n| format!("unknown{n}: 1\n"),
        |n| format!("same{}: 1\n", n % 2),
        |n| format!("? \"{n} x\"\n: {{ y: 1 }}\n"),
    ];
    for (index, kind) in kinds.into_iter().enumerate() {
        let took = time((0..5_000).map(kind).collect());
        assert!(took < Duration::from_secs(30), "kind {index}: {took:?}");
    }
    // Fails if each key is held against all that the language has, or against each other.
    time((0..20_000).map(|n| format!("unknown{n}: 1\n")).collect());
    let line: Vec<String> = (0..5_000).map(|n| format!("u{n}: 1")).collect();
    let took = time(format!("{{{}}}\n", line.join(", ")));
    assert!(took < Duration::from_secs(30), "one line: {took:?}");
}

#[test]
fn a12_includes_are_bounded() {
    // Each level includes the next one twice: read once each, not 2^40 times.
    let here = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(here.path().join(name), text).unwrap();
    for level in 0..15 {
        let next = level + 1;
        write(
            &format!("a{level}.yaml"),
            &format!("version: 1\ninclude: [a{next}.yaml, b{next}.yaml]\n"),
        );
        write(
            &format!("b{level}.yaml"),
            &format!("version: 1\ninclude: [b{next}.yaml, a{next}.yaml]\n"),
        );
    }
    write("a15.yaml", "version: 1\n");
    write("b15.yaml", "version: 1\n");
    write(
        "topology.yaml",
        &format!("{MINIMAL}include: [a0.yaml, b0.yaml]\n"),
    );
    let (code, said) = ran(here.path(), &["check"]);
    assert_eq!(code, 0, "{said}");
    // A chain that is too long, and too many at once.
    for level in 0..30 {
        write(
            &format!("c{level}.yaml"),
            &format!("version: 1\ninclude: [c{}.yaml]\n", level + 1),
        );
    }
    write("topology.yaml", &format!("{MINIMAL}include: [c0.yaml]\n"));
    let (code, said) = ran(here.path(), &["check"]);
    assert!(
        code == 1 && said.contains("more than 16 files deep"),
        "{said}"
    );
    let many: Vec<String> = (0..600).map(|n| format!("d{n}.yaml")).collect();
    many.iter().for_each(|name| write(name, "version: 1\n"));
    write(
        "topology.yaml",
        &format!("{MINIMAL}include: [{}]\n", many.join(", ")),
    );
    let (code, said) = ran(here.path(), &["check"]);
    assert!(code == 1 && said.contains("may include 500"), "{said}");
}

#[test]
fn a13_parts_of_yaml_that_the_language_does_without() {
    refused("b: &b { x: 1 }\na:\n  <<: *b\n", &["SYN107", "merge keys"]);
    refused("a: !!python/object:os.system x\n", &["SYN107"]);
    refused("a: !foo x\n", &["SYN107"]);
    refused("%YAML 1.1\n---\na: 1\n", &["SYN107", "%YAML"]);
}

#[test]
fn a14_broken_kdl() {
    for (spec, word) in [
        ("name \"x\nregions {\n", "SYN102"),
        ("regions {\n  a {\n", "SYN102"),
        ("name true\n", "#true"),
        ("name null\n", "#null"),
        ("name r\"x\"\n", "SYN102"),
    ] {
        let said = refused_as("t.kdl", spec, &[word]);
        assert_eq!(said.matches("meridian explain").count(), 1, "{said}");
    }
}

#[test]
fn a15_unknown_keys() {
    refused("reigons: {}\n", &["SPEC102", "`regions`"]);
    refused("objectives: { rtoo: 5m, RTO: 5m }\n", &["`rto`"]);
    refused("rto: 5m\n", &["belongs under", "`objectives`"]);
}

#[test]
fn a16_two_hundred_faults() {
    let spec: String = (0..200).map(|n| format!("wrong{n}: 1\n")).collect();
    let said = refused(&spec, &["wrong0", "more; `--max-diagnostics`"]);
    assert_eq!(said, refused(&spec, &[]));
}

#[test]
fn a17_wrong_types() {
    for spec in [
        "regions: 5\n",
        "regions: [a]\n",
        "name: { a: 1 }\n",
        "name: null\n",
        "objectives: { rto: { a: 1 } }\n",
    ] {
        refused(format!("version: 1\n{spec}"), &["SPEC101"]);
    }
}

#[test]
fn a18_units() {
    for wrong in ["5", "5 min", "-5m", "5M", "99999999999999h"] {
        refused(format!("objectives: {{ rto: {wrong} }}\n"), &["SPEC104"]);
    }
    refused("objectives: { availability: 100.001% }\n", &["SPEC104"]);
}

#[test]
fn a19_references() {
    refused(
        with(MINIMAL, "uses: [main]", "uses: [mian]"),
        &["REF101", "`main`"],
    );
    let circle = with(
        MINIMAL,
        "services:\n",
        "services:\n  api: { runtime: cloud-run, image: a/b, needs: [web] }\n",
    );
    refused(
        with(&circle, "uses: [main]", "uses: [main], needs: [api]"),
        &["REF102"],
    );
}

#[test]
fn a20_terraform_gives_the_text_back() {
    let text = "${file(\"/etc/passwd\")} %{ for x in y } $${z} \" \\ end";
    let folder = compiles(&said_everywhere(text));
    for (path, bytes) in files(folder.path()) {
        if path.ends_with(".tf") {
            let hcl = String::from_utf8(bytes).unwrap();
            hcl::parse(&hcl).unwrap_or_else(|error| panic!("{path}: {error}"));
            assert!(!hcl.replace("$${", "").contains("${file("), "{path}");
        }
    }
}

#[test]
fn a21_templates_stay_text() {
    let folder = compiles(&said_everywhere("{{ .Values.x }} {{ $labels.x }} {{\""));
    for (path, bytes) in files(&folder.path().join("deploy")) {
        if path.starts_with("helm/") && path.contains("/templates/") || path.starts_with("alerts/")
        {
            let text = String::from_utf8(bytes).unwrap();
            assert!(
                !text.contains("{{ .Values.x }} {{ $labels.x }} {{\""),
                "{path}"
            );
        }
    }
}

#[test]
fn a22_no_text_is_a_command() {
    let canary = "$(touch CANARY) `touch CANARY` '; touch CANARY; ' -rf * ~";
    let folder = compiles(&said_everywhere(canary));
    let deploy = folder.path().join("deploy");
    let mut scripts = 0;
    for path in files(&deploy).keys().filter(|p| p.ends_with(".sh")) {
        let read = shell(
            &deploy,
            &format!("bash -n '{path}' && PATH=/nonexistent; . /dev/null"),
        );
        assert!(read.status.success(), "{path}");
        let run = format!("timeout 10 bash '{path}' --help </dev/null");
        shell(&deploy, &run);
        scripts += 1;
    }
    assert!(scripts > 0);
    assert!(files(folder.path()).keys().all(|p| !p.contains("CANARY")));
}

#[test]
fn a23_no_text_is_a_query() {
    let spec = with(
        PAYNOW,
        "named: siraj-webhook-{region}",
        "named: 'a\",x=~\".*'",
    );
    let folder = folder("topology.yaml", spec);
    let (code, said) = ran(folder.path(), &["compile"]);
    if code == 1 {
        assert!(said.contains("help: "), "{said}");
        return;
    }
    for (path, bytes) in files(&folder.path().join("deploy/alerts")) {
        let text = String::from_utf8(bytes).unwrap();
        assert!(!text.contains("\"a\",x=~\".*\""), "{path}");
    }
}

#[test]
fn a24_pages_keep_their_shape() {
    let text = "a | b <script>alert(1)</script> ](javascript:x) ` # --- --> end %% ]";
    let folder = compiles(&said_everywhere(text));
    for (path, bytes) in files(&folder.path().join("deploy")) {
        if path.ends_with(".md") {
            let page = String::from_utf8(bytes).unwrap();
            assert!(!page.contains("<script>"), "{path}");
        }
    }
}

#[test]
fn a25_characters_that_mislead() {
    for hidden in ["\u{202e}", "\u{200b}", "\u{feff}", "\u{2066}"] {
        refused(format!("name: \"a{hidden}b\"\n"), &["SYN104"]);
        refused(
            format!("name: x # {hidden}\n").replace('\u{200b}', "\u{202e}"),
            &["SYN104"],
        );
    }
    refused("regions: { \"us-\u{441}entral1\": {} }\n", &["SPEC105"]);
    let folder = folder("topology.yaml", format!("{MINIMAL}description: e\u{301}\n"));
    let (code, said) = ran(folder.path(), &["check"]);
    assert!(code == 0 && said.contains("SYN112"), "{said}");
}

#[test]
fn a26_names_that_are_paths() {
    let long = "x".repeat(300);
    let names = [
        "../../etc/x",
        "/abs",
        "a/b",
        "a\\\\b",
        ".",
        "..",
        "~",
        "-x",
        "con",
        "nul.tf",
        "a.",
        "a ",
        "",
        &long,
    ];
    for name in names {
        refused(
            format!("version: 1\nname: x\nregions: {{ \"{name}\": {{}} }}\n"),
            &["SPEC105"],
        );
    }
}

#[test]
fn a27_names_that_are_one_on_some_systems() {
    refused("regions: { EU: {} }\n", &["SPEC105", "`eu`"]);
    refused("regions: { \"e\u{301}\": {} }\n", &["SPEC105"]);
    refused(with(MINIMAL, "  main:", "  ma_in:"), &["SPEC105"]);
}

#[test]
fn a28_limits_hold_for_final_names() {
    let name = |length: usize| {
        with(MINIMAL, "  web:", &format!("  {}:", "w".repeat(length)))
            .replace("to: web", &format!("to: {}", "w".repeat(length)))
    };
    let folder = folder("topology.yaml", name(63));
    let (code, said) = ran(folder.path(), &["check"]);
    assert!(code == 1 && said.contains("NAME101"), "{said}");
    refused(name(64), &["SPEC105", "63"]);
}

#[test]
fn a29_labels_of_providers() {
    let labels: Vec<String> = (0..65).map(|n| format!("l{n}: x")).collect();
    let spec = |labels: &str| {
        with(
            MINIMAL,
            "gcp: { project: hello-prod }",
            &format!("gcp: {{ project: hello-prod, labels: {{ {labels} }} }}"),
        )
    };
    for wrong in [labels.join(", "), "cost: A B".into(), "goog-x: y".into()] {
        let folder = folder("topology.yaml", spec(&wrong));
        let (code, said) = ran(folder.path(), &["check"]);
        assert_eq!(code, 1, "{wrong}: {said}");
    }
}

#[test]
fn a30_edited_by_hand() {
    let folder = compiles(MINIMAL);
    let readme = folder.path().join("deploy/README.md");
    let text = fs::read_to_string(&readme).unwrap();
    fs::set_permissions(&readme, fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(ran(folder.path(), &["compile"]).0, 0, "a mode is no edit");
    for edited in [text.trim_end().to_string(), format!("{text}mine\n")] {
        fs::write(&readme, &edited).unwrap();
        let before = files(folder.path());
        let (code, said) = ran(folder.path(), &["compile"]);
        assert!(
            code == 3 && said.contains("OUT101") && said.contains("--overwrite"),
            "{said}"
        );
        assert_eq!(files(folder.path()), before);
    }
}

#[test]
fn a31_strangers_in_the_way() {
    type Maker = fn(&Path);
    let makers: [(&str, Maker); 3] = [
        ("a file", |p| fs::write(p, "theirs").unwrap()),
        ("a folder", |p| fs::create_dir(p).unwrap()),
        ("a pipe", |p| {
            assert!(Command::new("mkfifo").arg(p).status().unwrap().success())
        }),
    ];
    for place in [
        "README.md",
        "terraform",
        ".meridian",
        ".meridian/manifest.json",
        ".meridian/lock",
        ".meridian/manifest.next.json",
    ] {
        for (what, make) in makers {
            let folder = known();
            let path = folder.path().join("deploy").join(place);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            make(&path);
            let harmless = what == "a folder" && ["terraform", ".meridian"].contains(&place)
                || what == "a file"
                    && [".meridian/lock", ".meridian/manifest.next.json"].contains(&place);
            let (code, said) = ran(folder.path(), &["compile"]);
            // What a killed run may have left is replaced; a stranger is not.
            let replaced = code == 0 && place.contains("next");
            assert!(
                replaced || code == if harmless { 0 } else { 3 },
                "{what} at {place}: {code} {said}"
            );
            assert!(
                code == 0 || said.contains("OUT10"),
                "{what} at {place}: {said}"
            );
        }
    }
}

#[test]
fn a32_files_that_are_no_longer_produced() {
    let folder = compiles(MINIMAL);
    let deploy = folder.path().join("deploy");
    fs::write(deploy.join("terraform/mine.tf"), "# mine\n").unwrap();
    let smaller: String = MINIMAL
        .lines()
        .filter(|l| !l.contains("us-east1:") && !l.contains("objectives:"))
        .map(|l| format!("{l}\n"))
        .collect();
    fs::write(folder.path().join("topology.yaml"), smaller).unwrap();
    // The region was never applied: the lock need not remember it.
    let lock = folder.path().join("topology.lock");
    let lines = fs::read_to_string(&lock).unwrap();
    let lines = lines.lines().filter(|l| !l.contains("region us-east1 "));
    fs::write(&lock, lines.map(|l| format!("{l}\n")).collect::<String>()).unwrap();
    let gone = "terraform/regions/us-east1";
    let edited = walkdir::WalkDir::new(deploy.join(gone))
        .into_iter()
        .flatten();
    let edited = edited
        .filter(|e| e.file_type().is_file())
        .map(|e| e.into_path())
        .next()
        .unwrap();
    let text = fs::read_to_string(&edited).unwrap();
    fs::write(&edited, format!("{text}# mine\n")).unwrap();
    assert_eq!(ran(folder.path(), &["compile"]).0, 3);
    assert!(edited.exists());
    fs::write(&edited, text).unwrap();
    let (code, said) = ran(folder.path(), &["compile"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains(&format!("deleted {gone}/")), "{said}");
    assert!(!deploy.join(gone).exists() && deploy.join("terraform/mine.tf").exists());
}

#[test]
fn a32_a_manifest_cannot_name_what_is_not_ours() {
    let folder = compiles(MINIMAL);
    fs::write(folder.path().join("precious"), "x").unwrap();
    fs::create_dir(folder.path().join("deploy/.git")).unwrap();
    fs::write(folder.path().join("deploy/.git/config"), "x").unwrap();
    let manifest = folder.path().join("deploy/.meridian/manifest.json");
    let mut json: serde_json::Value =
        serde_json::from_slice(&fs::read(&manifest).unwrap()).unwrap();
    let entry = serde_json::json!({ "sha256": meridian::format::hash("x"), "mode": "644", "emitter": "pages" });
    for path in ["../precious", ".git/config", "/etc/hosts", ".meridian/lock"] {
        json["files"][path] = entry.clone();
    }
    fs::write(&manifest, json.to_string()).unwrap();
    assert_eq!(ran(folder.path(), &["compile"]).0, 0);
    assert!(folder.path().join("precious").exists());
    assert!(folder.path().join("deploy/.git/config").exists());
}

#[test]
fn a33_links() {
    let outside = tempfile::tempdir().unwrap();
    let precious = outside.path().join("precious");
    fs::write(&precious, "precious").unwrap();
    fs::create_dir(outside.path().join("folder")).unwrap();
    for target in ["precious", "folder", "nowhere"] {
        for place in [
            "README.md",
            "terraform",
            "terraform/global",
            ".meridian",
            ".meridian/lock",
            ".meridian/manifest.json",
            ".meridian/manifest.next.json",
            ".meridian/aside",
        ] {
            let folder = known();
            let path = folder.path().join("deploy").join(place);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            symlink(outside.path().join(target), &path).unwrap();
            let before = files(outside.path());
            let (code, said) = ran(folder.path(), &["compile"]);
            let aside = place.ends_with("aside");
            assert_eq!(code, if aside { 0 } else { 3 }, "{place}: {said}");
            assert!(aside || said.contains("OUT103"), "{place}: {said}");
            assert_eq!(files(outside.path()), before, "{place}");
        }
    }
}

/// A folder becomes a link between the look and the write, thousands of times.
#[test]
fn a33_links_that_come_during_a_run() {
    let folder = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    let (root, away) = (folder.path().join("out"), folder.path().join("away"));
    fs::create_dir(&root).unwrap();
    let (inner, target) = (root.join("a"), outside.path().to_path_buf());
    let done = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let stop = done.clone();
    let swapper = std::thread::spawn(move || {
        while !stop.load(std::sync::atomic::Ordering::Relaxed) {
            let _ = fs::rename(&inner, &away);
            let _ = symlink(&target, &inner);
            let _ = fs::remove_file(&inner);
            let _ = fs::rename(&away, &inner);
            let _ = fs::remove_dir_all(&away);
        }
    });
    let (mut written, mut kept) = (0, 0);
    for round in 0..1_500 {
        let names: Vec<String> = (0..4).map(|n| format!("a/{n}.txt")).collect();
        let named = names.iter().map(|n| (n.as_str(), format!("{round}\n")));
        let named: Vec<(&str, String)> = named.collect();
        let set = set(&named
            .iter()
            .map(|(n, t)| (*n, t.as_str()))
            .collect::<Vec<_>>());
        let options = Options {
            overwrite: true,
            adopt: false,
            ..Options::default()
        };
        match artifact::write(&set, &root, options) {
            Ok(_) => written += 1,
            Err(_) => kept += 1,
        }
    }
    done.store(true, std::sync::atomic::Ordering::Relaxed);
    swapper.join().unwrap();
    assert!(
        files(outside.path()).is_empty(),
        "written {written}, refused {kept}"
    );
    assert!(written > 0, "refused {kept}");
}

#[test]
fn a34_folders_that_are_none() {
    let folder = folder("topology.yaml", MINIMAL);
    let here = folder.path();
    fs::create_dir(here.join(".git")).unwrap();
    fs::write(here.join("file"), "x").unwrap();
    for (out, why) in [
        ("/", "the root of the file system"),
        (".git", "inside `.git`"),
        (".git/hooks", "inside `.git`"),
        ("..", "above the folder of the spec"),
        ("file", "a file, not a folder"),
        ("no/such/parent", "no such folder"),
    ] {
        let (code, said) = ran(here, &["compile", "--out", out]);
        assert!(code == 3 && said.contains(why), "{out}: {said}");
    }
    assert!(fs::read_dir(here.join(".git")).unwrap().next().is_none());
    // Whoever is root may write anywhere, and sees no read-only folder.
    let closed = here.join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(closed.join("probe"), "").is_err() {
        let (code, said) = ran(here, &["compile", "--out", "closed"]);
        assert!(code == 3 && said.contains("OUT105"), "{said}");
    } else {
        eprintln!("root writes into read-only folders: not tried");
    }
}

#[test]
fn a35_a_disk_that_is_full() {
    let folder = compiles(MINIMAL);
    let deploy = folder.path().join("deploy");
    let old = files(&deploy);
    fs::write(
        folder.path().join("topology.yaml"),
        with(MINIMAL, "every: 5s", "every: 4s"),
    )
    .unwrap();
    let full = shell(
        folder.path(),
        "trap '' XFSZ; ulimit -f 1; \"$MERIDIAN\" compile",
    );
    let (code, said) = ended(&full);
    assert!(code == 3 && said.contains("OUT105"), "{said}");
    assert!(files(&deploy).keys().eq(old.keys()), "nothing is left over");
    assert_eq!(ran(folder.path(), &["compile"]).0, 0);
    assert_eq!(ran(folder.path(), &["compile", "--check"]).0, 0);
    // A tmpfs that is small needs a mount of one's own.
    let mounted = "mkdir small && mount -t tmpfs -o size=120k tmpfs small && \"$MERIDIAN\" compile --out small/deploy; echo $?; find small -name aside";
    let tried = shell(folder.path(), &format!("unshare -rm bash -c '{mounted}'"));
    let said = String::from_utf8_lossy(&tried.stdout);
    if tried.status.success() && String::from_utf8_lossy(&tried.stderr).contains("OUT") {
        assert_eq!(said.trim(), "3");
    } else {
        eprintln!("no namespace to mount a small tmpfs in: not tried");
    }
}

#[test]
fn a35_a_result_that_is_not_written_is_no_success() {
    let folder = compiles(MINIMAL);
    if !Path::new("/dev/full").exists() {
        eprintln!("no /dev/full: not tried");
        return;
    }
    for command in [
        "schema",
        "fmt",
        "expand",
        "explain TRF101",
        "convert topology.yaml",
        "check --format json",
        "man",
        "completions bash",
    ] {
        let full = shell(
            folder.path(),
            &format!("\"$MERIDIAN\" {command} >/dev/full"),
        );
        let (code, said) = ended(&full);
        assert!(
            code == 3 && said.contains("not written"),
            "{command}: {code} {said}"
        );
    }
    for stream in ["2>/dev/full", "2>&-", ">&-", ">&- 2>&-"] {
        for command in ["compile", "check", "check nowhere.yaml", "explain nonsense"] {
            let closed = shell(folder.path(), &format!("\"$MERIDIAN\" {command} {stream}"));
            let code = closed.status.code().unwrap();
            assert!([0, 1, 64].contains(&code), "{command} {stream}: {code}");
        }
    }
}

/// Four specs in turn on one folder, each run killed at some moment, some let through.
fn killed(rounds: u64) {
    let specs: Vec<String> = [("4s", "10"), ("5s", "10"), ("4s", "12"), ("6s", "14")]
        .map(|(every, most)| {
            let spec = with(MINIMAL, "every: 5s", &format!("every: {every}"));
            with(&spec, "replicas: 2..10", &format!("replicas: 2..{most}"))
        })
        .to_vec();
    let begun = Instant::now();
    let wanted: Vec<_> = specs
        .iter()
        .map(|s| files(&compiles(s).path().join("deploy")))
        .collect();
    let span = begun.elapsed().as_micros() as u64 / 4;
    let folder = folder("topology.yaml", MINIMAL);
    let deploy = folder.path().join("deploy");
    let mut dice = 2026_u64;
    let mut cut = 0;
    for round in 0..rounds {
        fs::write(
            folder.path().join("topology.yaml"),
            &specs[round as usize % 4],
        )
        .unwrap();
        let mut run = meridian(folder.path());
        let mut child = run.arg("compile").stderr(Stdio::null()).spawn().unwrap();
        dice = dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        std::thread::sleep(Duration::from_micros((dice >> 33) % (span * 5 / 4)));
        let _ = child.kill();
        cut += u64::from(!child.wait().unwrap().success());
        let torn = files(&deploy)
            .into_iter()
            .filter(|(p, _)| !p.starts_with(".meridian/"));
        for (path, bytes) in torn {
            let whole = wanted.iter().any(|tree| tree.get(&path) == Some(&bytes));
            assert!(whole, "round {round}: {path} is torn");
        }
        if round % 5 == 4 {
            let (code, said) = ran(folder.path(), &["compile"]);
            assert_eq!(code, 0, "round {round}: {said}");
            assert_eq!(files(&deploy), wanted[round as usize % 4], "round {round}");
        }
    }
    assert!(cut > 0, "{cut} of {rounds} runs were cut short");
}

#[test]
fn a36_killed_at_any_moment() {
    killed(20);
}

#[test]
#[ignore = "slow: run by .ci/run"]
fn a36_killed_at_any_moment_six_hundred_times() {
    killed(600);
}

#[test]
fn a36_a_reader_that_leaves() {
    let folder = folder("topology.yaml", MINIMAL);
    let piped = shell(
        folder.path(),
        "set -o pipefail; \"$MERIDIAN\" schema | head -1",
    );
    assert_eq!(ended(&piped), (0, "{\n".to_string()));
}

/// The text of a set of files that are no programs.
fn set(files: &[(&str, &str)]) -> ArtifactSet {
    let mut set = ArtifactSet::default();
    for (path, text) in files {
        let artifact = Artifact {
            text: text.to_string(),
            executable: false,
            emitter: "pages",
        };
        set.add(*path, artifact);
    }
    set
}

/// Two runs of different specs that were both cut short leave files of theirs; a third knows
/// all of them.
#[test]
fn a36_runs_of_different_specs_that_were_cut_short() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let write = |set: &ArtifactSet| artifact::write(set, &out, Options::default());
    write(&set(&[("a", "1\n"), ("b", "1\n"), ("c", "1\n")])).unwrap();
    // Killed after one file: its manifest stands, and `b`.
    let second = set(&[("a", "2\n"), ("b", "2\n"), ("d", "2\n")]);
    fs::write(
        out.join(".meridian/manifest.next.json"),
        Manifest::of(&second).print(),
    )
    .unwrap();
    fs::write(out.join("b"), "2\n").unwrap();
    fs::write(out.join("d"), "2\n").unwrap();
    // Ends after `a`: no file system has a name like the second.
    let long = format!("b{}", "x".repeat(300));
    let third = set(&[("a", "3\n"), (&long, "3\n")]);
    assert!(write(&third).is_err());
    assert_eq!(fs::read_to_string(out.join("a")).unwrap(), "3\n");
    let last = set(&[("a", "4\n"), ("b", "4\n")]);
    write(&last).unwrap();
    let left: Vec<String> = files(&out).into_keys().collect();
    assert_eq!(left, [".meridian/manifest.json", "a", "b"]);
}

#[test]
fn a37_two_runs_at_once() {
    let folder = compiles(MINIMAL);
    let lock = folder.path().join("deploy/.meridian/lock");
    let held = fs::File::create(&lock).unwrap();
    held.lock().unwrap();
    fs::write(&lock, "pid 4711\n").unwrap();
    let (code, said) = ran(folder.path(), &["compile"]);
    assert!(
        code == 3 && said.contains("OUT104") && said.contains("pid 4711"),
        "{said}"
    );
    assert!(lock.exists(), "it is its holder's");
    drop(held);
    assert_eq!(
        ran(folder.path(), &["compile"]).0,
        0,
        "a lock without a holder is free"
    );
    // Many at once: each ends well or says who was there, and the tree is whole.
    let runs: Vec<_> = (0..6)
        .map(|_| {
            meridian(folder.path())
                .arg("compile")
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    for run in runs {
        let (code, said) = ended(&run.wait_with_output().unwrap());
        assert!(code == 0 || said.contains("OUT104"), "{said}");
    }
    assert_eq!(ran(folder.path(), &["compile", "--check"]).0, 0);
}

#[test]
fn a38_what_version_control_does_to_a_tree() {
    let folder = compiles(MINIMAL);
    let deploy = folder.path().join("deploy");
    let readme = deploy.join("README.md");
    let text = fs::read_to_string(&readme).unwrap();
    fs::write(&readme, text.replace('\n', "\r\n")).unwrap();
    assert_eq!(ran(folder.path(), &["compile", "--check"]).0, 0);
    fs::remove_file(&readme).unwrap();
    assert_eq!(
        ran(folder.path(), &["compile"]).0,
        0,
        "half of it was stashed"
    );
    let manifest = deploy.join(".meridian/manifest.json");
    let whole = fs::read_to_string(&manifest).unwrap();
    for broken in [
        "<<<<<<< HEAD\n{}",
        &whole[..whole.len() / 2],
        "{ \"version\": 9 }",
    ] {
        fs::write(&manifest, broken).unwrap();
        let before = files(&deploy);
        let (code, said) = ran(folder.path(), &["compile"]);
        assert!(
            code == 3 && said.contains("OUT106") && said.contains("--adopt"),
            "{said}"
        );
        assert_eq!(files(&deploy), before);
    }
    // The spec in the middle of a merge.
    refused(
        with(
            MINIMAL,
            "name: hello",
            "<<<<<<< HEAD\nname: hello\n=======\nname: hey\n>>>>>>> x",
        ),
        &["SYN114", "topology.yaml:3:1"],
    );
}

#[test]
fn a38_clones_and_names_of_git() {
    let folder = folder("topology.yaml", MINIMAL);
    let git = "git init -q -b main . && git config user.email a@b.c && git config user.name a && git add . && git commit -qm one && git mv topology.yaml system.yaml && git commit -qm two && git clone -q --depth=1 file://$PWD shallow";
    if !shell(folder.path(), git).status.success() {
        eprintln!("git cannot commit here: not tried");
        return;
    }
    let (code, said) = ran(folder.path(), &["diff", "system.yaml", "--base", "HEAD~1"]);
    assert!(
        code != 0 && said.contains("no such file") && said.contains("--from"),
        "{said}"
    );
    let (code, said) = ran(
        &folder.path().join("shallow"),
        &["diff", "system.yaml", "--base", "HEAD~1"],
    );
    assert!(
        code == 1 && said.contains("shallow") && said.contains("fetch"),
        "{said}"
    );
}

#[test]
fn a38_a_part_is_checked_with_its_spec() {
    let folder = folder(
        "topology.yaml",
        format!("{MINIMAL}include: [parts/owner.yaml]\n"),
    );
    fs::create_dir(folder.path().join("parts")).unwrap();
    let part = folder.path().join("parts/owner.yaml");
    fs::write(&part, "version: 1\nowner: us\n").unwrap();
    let (code, said) = ran(folder.path(), &["check", "parts/owner.yaml"]);
    assert!(
        code == 0 && said.contains("is a part of topology.yaml"),
        "{said}"
    );
    fs::write(&part, "version: 1\nowners: us\n").unwrap();
    let (code, said) = ran(folder.path(), &["check", "parts/owner.yaml"]);
    assert!(code == 1 && said.contains("owner.yaml:2:1"), "{said}");
}

#[test]
fn a39_the_same_bytes_everywhere() {
    let first = compiles(MINIMAL);
    let spec = first.path().join("topology.yaml");
    let spec = spec.to_str().unwrap();
    for (name, value, umask) in [
        ("TZ", "Asia/Tokyo", "077"),
        ("LANG", "tr_TR.UTF-8", "000"),
        ("HOME", "", "022"),
    ] {
        let second = tempfile::tempdir().unwrap();
        let run =
            format!("umask {umask}; {name}='{value}' \"$MERIDIAN\" compile '{spec}' --out deploy");
        let (code, said) = ended(&shell(second.path(), &run));
        assert_eq!(code, 0, "{said}");
        let deploy = second.path().join("deploy");
        assert_eq!(files(&deploy), files(&first.path().join("deploy")));
        for path in files(&deploy)
            .keys()
            .filter(|p| !p.starts_with(".meridian"))
        {
            let mode = fs::metadata(deploy.join(path))
                .unwrap()
                .permissions()
                .mode()
                & 0o777;
            assert_eq!(
                mode,
                if path.ends_with(".sh") { 0o755 } else { 0o644 },
                "{path}"
            );
        }
    }
}

#[test]
fn a25_names_of_files_that_mislead() {
    let name = "t\u{202e}lmay.yaml";
    let folder = folder(name, MINIMAL);
    let (code, said) = ran(folder.path(), &["compile", name]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("compiled t\\u{202e}lmay.yaml"), "{said}");
    for (path, bytes) in files(&folder.path().join("deploy")) {
        let text = String::from_utf8(bytes).unwrap();
        assert!(!text.contains('\u{202e}'), "{path}");
    }
}

#[test]
fn a40_a_baseline_without_end() {
    let folder = folder("topology.yaml", MINIMAL);
    let (code, said) = ran(folder.path(), &["check", "--baseline", "/dev/zero"]);
    assert!(code == 64 && said.contains("/dev/zero"), "{said}");
}

#[test]
fn a40_specs_that_are_no_files() {
    use std::os::unix::ffi::OsStrExt;
    let folder = folder("topology.yaml", MINIMAL);
    let here = folder.path();
    assert!(
        Command::new("mkfifo")
            .arg(here.join("pipe.yaml"))
            .status()
            .unwrap()
            .success()
    );
    fs::File::create(here.join("large.yaml"))
        .unwrap()
        .set_len(10 << 30)
        .unwrap();
    for spec in ["nowhere.yaml", ".", "large.yaml"] {
        let (code, said) = ran(here, &["check", spec]);
        assert!(
            code == 1 && said.contains(spec) && said.contains("IN101"),
            "{said}"
        );
    }
    // A pipe without a writer is waited for by nobody.
    let piped = shell(here, "timeout 10 \"$MERIDIAN\" check pipe.yaml");
    assert_eq!(ended(&piped).0, 1);
    let stdin = shell(here, "printf 'zz: 1\\n' | \"$MERIDIAN\" check -");
    assert!(ended(&stdin).1.contains("<stdin>:1:1"));
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.yaml");
    fs::write(here.join(name), "reigons: {}\n").unwrap();
    let output = meridian(here).arg("check").arg(name).output().unwrap();
    assert!(ended(&output).1.contains("caf\u{fffd}.yaml:1:1"));
}
