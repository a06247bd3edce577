//! What a change brings about: causes that are shown by compiling, patches that apply, and
//! what the command says and refuses.
#![expect(
    clippy::disallowed_methods,
    reason = "tests look at files and run programs"
)]

use assert_cmd::Command;
use meridian::diagnostic::Diagnostics;
use meridian::diff::{Difference, Direction, Fate, ResourceFate, Side, difference, show};
use meridian::source::SourceMap;
use meridian::syntax::{Document, Limits};
use meridian::{Compilation, Until, compile, spec, syntax};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

const GGEN: &str = include_str!("../../examples/ggen/topology.yaml");
const GGEN_KDL: &str = include_str!("../../examples/ggen/topology.kdl");
const BEFORE: &str = include_str!("../../examples/eden/before.yaml");
const EDEN: &str = include_str!("../../examples/eden/topology.yaml");

fn compiled(document: &Document) -> Compilation {
    let out = Diagnostics::default();
    compile(
        Some(document),
        None,
        "topology.yaml",
        out,
        Until::Emitted,
        None,
    )
}

struct Text {
    name: &'static str,
    sources: SourceMap,
    document: Document,
    done: Compilation,
}

impl Text {
    fn new(name: &'static str, text: &str) -> Text {
        let mut sources = SourceMap::default();
        let file = sources.add(name, text);
        let mut out = Diagnostics::default();
        let document = syntax::parse(&sources, file, &Limits::default(), &mut out).unwrap();
        let document = spec::schema::with_lists(&document);
        let done = compiled(&document);
        assert!(!done.diagnostics.has_errors(), "{name} does not compile");
        Text {
            name,
            sources,
            document,
            done,
        }
    }

    fn side(&self) -> Side<'_> {
        Side {
            name: self.name,
            sources: &self.sources,
            document: &self.document,
            done: &self.done,
        }
    }
}

fn between(before: &Text, after: &Text) -> Difference {
    difference(before.side(), after.side(), &compiled)
}

fn edited(text: &str, edits: &[(&str, &str)]) -> String {
    edits.iter().fold(text.to_string(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    })
}

/// From the old ggen to one with these edits.
fn ggen(edits: &[(&str, &str)]) -> Difference {
    static OLD: LazyLock<Text> = LazyLock::new(|| Text::new("old", GGEN));
    let after = edited(GGEN, edits);
    between(&OLD, &Text::new("new", &after))
}

fn paths(d: &Difference) -> Vec<Vec<&str>> {
    let causes = d.causes.iter();
    causes
        .map(|c| c.values.iter().map(|v| v.path.as_str()).collect())
        .collect()
}

#[test]
fn notation_order_and_comments_are_no_change() {
    let yaml = Text::new("topology.yaml", GGEN);
    let d = between(&yaml, &Text::new("topology.kdl", GGEN_KDL));
    assert!(d.causes.is_empty() && d.is_empty(), "{:?}", d.causes);
    let commented = format!("# another first line\n{GGEN}");
    let d = between(&yaml, &Text::new("topology.yaml", &commented));
    assert!(d.causes.is_empty() && d.is_empty());
    assert!(show::human(&d).ends_with("nothing differs\n"));
}

#[test]
fn one_change_is_behind_every_file() {
    let d = ggen(&[("unhealthy_after: 2", "unhealthy_after: 3")]);
    let [cause] = &d.causes[..] else {
        panic!("{:?}", d.causes)
    };
    assert!(cause.values[0].place.starts_with("new:"), "{cause:?}");
    let all: Vec<&str> = d.files.iter().map(|f| f.path.as_str()).collect();
    assert_eq!(cause.files, all);
    assert!(all.iter().any(|f| f.starts_with("terraform/")), "{all:?}");
    assert!(d.unexplained.is_empty());
    let rto = d.consequences.iter().find(|c| c.about.contains("RTO"));
    let rto = rto.expect("a slower check moves a promise");
    assert_eq!(rto.direction, Some(Direction::Worse));
    assert_eq!(rto.causes, [0]);
}

/// A time that shrinks, a promise that is weaker or gone, and a finding that is accepted: each was
/// once among what merely differs.
#[test]
fn less_is_for_the_worse_whatever_it_is_of() {
    let cases = [
        ("retention: 180d", "retention: 90d", "observability: logs"),
        ("retention: 30d", "retention: 10d", "observability: metrics"),
        (
            "ttl: 90d",
            "ttl: 30d",
            "data analytics of marketplace: records",
        ),
        ("ttl: 1d", "ttl: 1h", "data sessions of sessions: records"),
        (
            "keep: 7d, limit",
            "keep: 1d, limit",
            "queue firestore-replication: dead letters",
        ),
        (
            "    backup: { every: 1d, keep: 30d }\n",
            "    backup: { every: 1d, keep: 3d }\n",
            "datastore sessions: backups",
        ),
        (
            "    backup: { every: 1d, keep: 30d }\n",
            "",
            "datastore sessions: backups",
        ),
        (
            "keep: 30d, point_in_time: 7d",
            "keep: 14d, point_in_time: 7d",
            "datastore marketplace: backups",
        ),
        ("  availability: 99.95%\n", "", "service api: availability"),
        (
            "availability: 99.95%",
            "availability: 99.5%",
            "service api: availability",
        ),
        ("  rto: 5m\n", "  rto: 10m\n", "service api: RTO"),
        ("  rto: 5m\n", "", "service api: RTO"),
    ];
    for (from, to, about) in cases {
        let worse = |d: &Difference, way| {
            let mut all = d.consequences.iter();
            all.any(|c| c.about.starts_with(about) && c.direction == Some(way))
        };
        assert!(
            worse(&ggen(&[(from, to)]), Direction::Worse),
            "{about}: {from:?} -> {to:?}"
        );
    }
    // And more is for the better.
    let more = ggen(&[("retention: 180d", "retention: 400d")]);
    let logs = more
        .consequences
        .iter()
        .find(|c| c.about == "observability: logs");
    assert_eq!(logs.unwrap().direction, Some(Direction::Better));
}

/// Rules of a bucket that delete sooner delete what is there; rules that move objects do not.
#[test]
fn a_bucket_that_deletes_sooner_loses_what_is_older() {
    let edits = [(
        "    backup: { every: 1d, keep: 30d }\n",
        "    backup: { every: 1d, keep: 3d }\n",
    )];
    let shorter = ggen(&edits).fates;
    let shorter: Vec<_> = shorter
        .iter()
        .filter(|f| f.fate == Fate::Shortened)
        .collect();
    assert_eq!(shorter.len(), 3, "{shorter:#?}");
    assert!(
        shorter
            .iter()
            .all(|f| f.because == ["lifecycle_rule.condition.age"])
    );
    let longer = ggen(&[(edits[0].0, "    backup: { every: 1d, keep: 300d }\n")]).fates;
    assert!(
        longer.iter().all(|f| f.fate != Fate::Shortened),
        "{longer:#?}"
    );
}

#[test]
fn independent_changes_have_their_own_files() {
    let (pods, check) = (
        ("start: 20s", "start: 22s"),
        ("unhealthy_after: 2", "unhealthy_after: 3"),
    );
    let (a, b, both) = (ggen(&[pods]), ggen(&[check]), ggen(&[pods, check]));
    assert_eq!(paths(&both).len(), 2);
    for alone in [&a, &b] {
        let same = |c: &&meridian::diff::Cause| c.values[0].path == alone.causes[0].values[0].path;
        let cause = both.causes.iter().find(same).unwrap();
        assert_eq!(cause.files, alone.causes[0].files);
    }
    let of = |d: &Difference| -> BTreeSet<String> {
        d.causes.iter().flat_map(|c| c.files.clone()).collect()
    };
    let all: BTreeSet<String> = both.files.iter().map(|f| f.path.clone()).collect();
    assert_eq!(of(&both), all);
}

/// The change of an engine needs its replication's mode, conflicts and sizes: none compiles
/// without the others.
#[test]
fn changes_that_need_each_other_are_one_cause() {
    let d = &*MIGRATION;
    let engine = d.causes.iter();
    let engine = engine.filter(|c| c.values.iter().any(|v| v.path == "datastores.redis.engine"));
    let [engine] = &engine.collect::<Vec<_>>()[..] else {
        panic!("one cause")
    };
    let paths: Vec<&str> = engine.values.iter().map(|v| v.path.as_str()).collect();
    assert!(
        paths.contains(&"datastores.redis.replication.mode"),
        "{paths:?}"
    );
    assert!(
        paths.iter().all(|p| p.starts_with("datastores.redis.")),
        "{paths:?}"
    );
}

/// Compiled once for all tests: it takes a hundred compilations.
static MIGRATION: LazyLock<Difference> = LazyLock::new(|| {
    let (before, after) = (
        Text::new("before.yaml", BEFORE),
        Text::new("topology.yaml", EDEN),
    );
    between(&before, &after)
});

/// The way from the primary with a standby to two primaries, as somebody has to review it.
#[test]
fn the_migration_of_eden_is_what_differs() {
    let d = &*MIGRATION;
    let (before, after) = (Text::new("a", BEFORE), Text::new("b", EDEN));
    let differ = |path: &&str| {
        before.done.artifacts.get(path).map(|a| &a.text)
            != after.done.artifacts.get(path).map(|a| &a.text)
    };
    let trees = [&before.done.artifacts, &after.done.artifacts];
    let all = trees.iter().flat_map(|t| t.iter().map(|(p, _)| p));
    let expected: BTreeSet<&str> = all.filter(differ).collect();
    let found: BTreeSet<&str> = d.files.iter().map(|f| f.path.as_str()).collect();
    assert_eq!(found, expected);

    let explained = d
        .causes
        .iter()
        .flat_map(|c| c.files.iter().map(String::as_str));
    let left = d.unexplained.iter().map(|h| h.path.as_str());
    let told: BTreeSet<&str> = explained.chain(left).collect();
    assert!(found.is_subset(&told));

    let gone = d.fates.iter().filter(|f| f.fate == Fate::DestroyedWithData);
    let gone: BTreeSet<&str> = gone.map(|f| f.address.as_str()).collect();
    for region in ["us_east_1", "us_west_2"] {
        let cache = format!("module.cache_redis_{region}.aws_elasticache_replication_group.this");
        assert!(gone.contains(cache.as_str()), "{gone:?}");
    }
    let about = |what: &str| d.consequences.iter().find(|c| c.about.contains(what));
    let gateway =
        about("api-gateway: RTO, lose us-east-1").expect("a promise that can be shown now");
    assert_eq!(gateway.direction, Some(Direction::Better));
    assert!(gateway.after.as_ref().unwrap().contains("met if"));
    assert!(!gateway.causes.is_empty());
}

/// Terraform destroys what a removed call made, `prevent_destroy` or not: what the provider
/// itself refuses is all that is left, and a cache has nothing of the kind.
#[test]
fn a_removed_call_has_the_guards_that_are_left() {
    let cache = "module.cache_redis_us_east_1.aws_elasticache_replication_group.this";
    let gone = MIGRATION.fates.iter().find(|f| f.address == cache);
    assert_eq!(gone.expect("the cache").stopped_by, None);
    let text = show::human(&MIGRATION);
    let lines: Vec<&str> = text.lines().collect();
    let place = lines.iter().position(|l| l.contains(cache)).unwrap();
    assert!(lines[place].contains("destroyed with its data"), "{text}");
    assert!(lines[place + 1].contains("nothing stops it"), "{text}");
}

/// What becomes of what is applied stands first in what people and programs read, whatever it is:
/// with its argument and, where something is lost, with what to do. Fails if a fate is left out of
/// a format, or of what counts as bad.
#[test]
fn every_fate_is_in_every_format() {
    let mut d = ggen(&[("description: ", "description: changed. ")]);
    let one = MIGRATION.fates[0].clone();
    d.fates = Fate::ALL
        .into_iter()
        .enumerate()
        .map(|(at, fate)| ResourceFate {
            fate,
            root: format!("terraform/root-{at}"),
            address: format!("module.call_{at}.aws_thing.this"),
            because: vec![format!("argument_{at}")],
            stopped_by: None,
            instead: fate.is_bad().then(|| format!("do thing {at}")),
            causes: vec![0],
            ..one.clone()
        })
        .collect();
    let screen = show::human(&d);
    let comment = show::markdown(&d);
    let tree = show::tree(&d.fates, &d.files, &[]);
    let json = serde_json::to_value(&d).unwrap();
    for (at, fate) in Fate::ALL.into_iter().enumerate() {
        let words = fate.words();
        for text in [&comment, &tree] {
            let counted = [format!("1 {words},"), format!("1 {words}\n")];
            assert!(counted.iter().any(|c| text.contains(c)), "{words}: {text}");
        }
        let mut lines = screen.lines();
        let row = lines.find(|l| l.trim_start().starts_with(&format!("{words}: ")));
        assert!(
            row.is_some_and(|l| l.contains(&format!("root-{at}"))),
            "{words}: {screen}"
        );
        assert_eq!(json["fates"][at]["because"][0], format!("argument_{at}"));
        assert_eq!(
            json["fates"][at]["fate"],
            serde_json::to_value(fate).unwrap()
        );
        for text in [&screen, &comment, &tree] {
            let told = text.contains(&format!("argument_{at}"));
            assert_eq!(told, fate.is_bad() || text == &screen, "{words}: {text}");
            let instead = text.contains(&format!("do thing {at}"));
            assert_eq!(instead, fate.is_bad(), "{words}: {text}");
        }
    }
    for (text, first, then) in [
        (&screen, "destroyed with its data", "changed values"),
        (&comment, "**Fates:**", "<details>"),
        (&tree, "**Fates:**", "lines"),
    ] {
        assert!(
            text.find(first) < text.find(then) && text.contains(then),
            "{text}"
        );
    }
}

/// A comment that is too long is refused by GitHub, and one with an open fence swallows what
/// follows.
#[test]
fn a_comment_fits_and_closes_what_it_opens() {
    let text = show::markdown(&MIGRATION);
    assert!(text.chars().count() < 65_536, "{}", text.len());
    assert!(text.contains("are left out"));
    assert_eq!(
        text.matches("<details>").count(),
        text.matches("</details>").count()
    );
    let fences = text.lines().filter(|l| l.starts_with("```")).count();
    assert_eq!(fences % 2, 0);
}

/// Whatever changes: thousands of rows, findings and causes with texts of any length fit, what is
/// worse comes first, and no cause pushes out the lines of all others.
#[test]
fn a_comment_fits_whatever_changes() {
    let mut d = MIGRATION.clone();
    let long = "very | long <text> ".repeat(500);
    let row = d.consequences[0].clone();
    let direction = |at: usize| match at {
        1999 => Some(meridian::diff::Direction::Worse),
        _ => Some(meridian::diff::Direction::Better),
    };
    d.consequences = (0..2000)
        .map(|at| meridian::diff::Consequence {
            about: format!("row {at} {long}"),
            direction: direction(at),
            ..row.clone()
        })
        .collect();
    d.findings = (0..500)
        .map(|at| meridian::diff::Finding {
            new: true,
            severity: "warning",
            code: "RTO101",
            message: format!("finding {at} {long}"),
        })
        .collect();
    let cause = d.causes.iter().find(|c| !c.hunks.is_empty()).unwrap();
    d.causes = vec![cause.clone(); 800];
    for fate in &mut d.fates {
        fate.because = vec![long.clone(); 20];
    }
    let text = show::markdown(&d);
    assert!(text.chars().count() < 65_536, "{}", text.chars().count());
    let place = |what: &str| text.find(what).unwrap_or_else(|| panic!("no {what}"));
    assert!(place("**Fates:**") < place("finding 0 ") && place("finding 0 ") < place("row 1999"));
    assert!(place("row 1999") < place("row 0 "));
    assert!(text.contains("more consequences") && text.contains("more findings"));
    assert_eq!(
        text.matches("<details>").count(),
        text.matches("</details>").count()
    );
    let several = show::together(&[text.as_str(), text.as_str(), "**1 consequence**\n"]);
    assert!(
        several.chars().count() < 65_536,
        "{}",
        several.chars().count()
    );
    assert!(several.contains("**1 consequence**"));
}

/// A cause of many lines leaves room for the others.
#[test]
fn the_lines_of_one_cause_are_capped() {
    let mut d = MIGRATION.clone();
    let mut first = d
        .causes
        .iter()
        .find(|c| !c.hunks.is_empty())
        .unwrap()
        .clone();
    first.hunks = (0..200)
        .map(|at| meridian::diff::Hunks {
            path: format!("file-{at}"),
            kind: meridian::diff::Kind::Changed,
            patch: format!("--- a/file-{at}\n+++ b/file-{at}\n@@ -1 +1 @@\n-{at}\n+{at}\n")
                .repeat(4),
        })
        .collect();
    let mut second = first.clone();
    second.hunks.truncate(1);
    second.hunks[0].path = "second".into();
    second.hunks[0].patch = "--- a/second\n+++ b/second\n".into();
    d.causes = vec![first, second];
    assert!(show::markdown(&d).contains("+++ b/second"));
}

#[test]
fn what_a_person_wrote_cannot_end_a_fence_or_a_cell() {
    let d = ggen(&[("description: ", "description: a | <b> ``` ")]);
    let text = show::markdown(&d);
    assert!(text.contains("a \\| &lt;b&gt; \\`\\`\\`"), "{text}");
}

fn meridian(folder: &Path) -> Command {
    let mut command = Command::cargo_bin("meridian").unwrap();
    command.current_dir(folder).env("NO_COLOR", "1");
    command
}

/// The exit code, standard output and standard error.
fn ran(command: &mut Command) -> (i32, String, String) {
    let done = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        done.status.code().unwrap(),
        text(done.stdout),
        text(done.stderr),
    )
}

fn git(folder: &Path, arguments: &[&str]) {
    let who = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
    let mut command = std::process::Command::new("git");
    let done = command
        .current_dir(folder)
        .args(who)
        .args(arguments)
        .output();
    assert!(done.unwrap().status.success(), "git {arguments:?}");
}

#[test]
fn a_revision_is_read_with_its_includes() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path().join("live");
    fs::create_dir(&here).unwrap();
    let main = "version: 1\nname: shop\ninclude: [parts/regions.yaml]\nclouds: { gcp: { project: shop-prod } }\n";
    fs::write(here.join("topology.yaml"), main).unwrap();
    fs::create_dir(here.join("parts")).unwrap();
    let parts = here.join("parts/regions.yaml");
    fs::write(&parts, "regions: { us-central1: { role: primary } }\n").unwrap();
    git(folder.path(), &["init", "-q", "-b", "main"]);
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "-q", "-m", "one region"]);
    fs::write(
        &parts,
        "regions: { us-central1: { role: primary, weight: 50 }, us-east1: { weight: 50 } }\n",
    )
    .unwrap();

    let (code, out, err) =
        ran(meridian(folder.path()).args(["diff", "live/topology.yaml", "--base", "main"]));
    assert_eq!(code, 2, "{err}");
    assert!(
        out.contains("regions.us-east1: – → { weight: 50 } · live/parts/regions.yaml:1"),
        "{out}"
    );
    // From the folder itself, too.
    let (code, inside, _) = ran(meridian(&here).args(["diff", "--base", "HEAD"]));
    assert_eq!(code, 2);
    assert!(inside.contains("parts/regions.yaml:1"), "{inside}");

    let (code, _, err) = ran(meridian(&here).args(["diff", "--base", "nowhere"]));
    assert_eq!(code, 1);
    assert!(err.contains("IN103") && err.contains("nowhere"), "{err}");
    let (code, _, err) = ran(meridian(&here).args(["diff", "--base=--help"]));
    assert_eq!((code, err.contains("IN103")), (1, true), "{err}");
    fs::write(here.join("new.yaml"), main).unwrap();
    let (code, _, err) = ran(meridian(&here).args(["diff", "new.yaml", "--base", "main"]));
    assert_eq!((code, err.contains("IN101")), (1, true), "{err}");
}

/// `git apply` takes the patch, and what it makes is what `compile` writes.
#[test]
fn a_patch_leads_from_one_tree_to_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    fs::write(here.join("before.yaml"), BEFORE).unwrap();
    fs::write(here.join("topology.yaml"), EDEN).unwrap();
    let out = |spec: &str, out: &str| ran(meridian(here).args(["compile", spec, "--out", out]));
    assert_eq!(out("topology.yaml", "after").0, 0);
    fs::rename(here.join("topology.yaml"), here.join("eden.yaml")).unwrap();
    fs::rename(here.join("before.yaml"), here.join("topology.yaml")).unwrap();
    assert_eq!(out("topology.yaml", "tree").0, 0);
    fs::rename(here.join("topology.yaml"), here.join("before.yaml")).unwrap();
    fs::rename(here.join("eden.yaml"), here.join("topology.yaml")).unwrap();

    let two = ["diff", "--from", "before.yaml", "--patch"];
    let (code, specs, _) = ran(meridian(here).args(two));
    assert_eq!(code, 2);
    let (code, disk, _) = ran(meridian(here).args(["diff", "--out", "tree", "--patch"]));
    assert_eq!(code, 2);
    assert_eq!(specs, disk);
    fs::write(here.join("p.patch"), disk).unwrap();
    git(&here.join("tree"), &["init", "-q"]);
    git(&here.join("tree"), &["apply", "../p.patch"]);
    let (code, rest, err) = ran(meridian(here).args(["diff", "--out", "tree"]));
    assert_eq!((code, rest.as_str()), (0, ""), "{err}");
}

#[test]
fn a_tree_on_disk_is_compared_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    fs::write(here.join("topology.yaml"), GGEN).unwrap();
    assert_eq!(ran(meridian(here).arg("compile")).0, 0);
    let (code, out, err) = ran(meridian(here).arg("diff"));
    assert_eq!((code, out.as_str(), err.as_str()), (0, "", ""));

    let readme = here.join("deploy/README.md");
    fs::write(&readme, "mine\n").unwrap();
    fs::remove_file(here.join("deploy/helm/Chart.yaml")).unwrap();
    let (code, out, err) = ran(meridian(here).arg("diff"));
    assert_eq!(code, 2);
    assert!(
        out.contains(" helm/Chart.yaml") && out.contains("  A "),
        "{out}"
    );
    assert!(err.contains("README.md was edited manually"), "{err}");
    assert_eq!(fs::read_to_string(&readme).unwrap(), "mine\n");
    assert!(!here.join("deploy/helm/Chart.yaml").exists());
    let (code, out, _) = ran(meridian(here).args(["diff", "--patch"]));
    assert_eq!(code, 2);
    assert!(
        out.contains("-mine\n") && out.contains("--- /dev/null\n+++ b/helm/Chart.yaml"),
        "{out}"
    );
}

#[test]
fn harm_fails_a_run_that_asks_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    fs::write(here.join("before.yaml"), GGEN).unwrap();
    let moved = edited(GGEN, &[("location: nam5", "location: nam7")]);
    fs::write(here.join("moved.yaml"), moved).unwrap();
    let roomier = edited(
        GGEN,
        &[("rate_limit: 1000/s, block", "rate_limit: 2000/s, block")],
    );
    fs::write(here.join("roomier.yaml"), roomier).unwrap();
    let code = |spec: &str, harm: &str| {
        let with = ["diff", spec, "--from", "before.yaml", "--fail-on", harm];
        ran(meridian(here).args(with)).0
    };
    assert_eq!(code("moved.yaml", "replace"), 4);
    assert_eq!(code("moved.yaml", "data-loss"), 4);
    assert_eq!(code("roomier.yaml", "replace"), 0);
    assert_eq!(code("before.yaml", "replace"), 0);
    assert_eq!(code("before.yaml", "nothing"), 64);
}

/// The tree on disk is what is applied, and no other spec is needed to tell its fate.
#[test]
fn a_tree_on_disk_has_a_fate() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    fs::write(here.join("topology.yaml"), GGEN).unwrap();
    assert_eq!(ran(meridian(here).arg("compile")).0, 0);
    let moved = edited(GGEN, &[("location: nam5", "location: nam7")]);
    fs::write(here.join("topology.yaml"), moved).unwrap();
    let (code, out, _) = ran(meridian(here).args(["diff", "--fail-on", "data-loss"]));
    assert_eq!(code, 4);
    let first = out.lines().nth(1).unwrap();
    assert!(
        first.contains("replaced with its data: module.firestore_marketplace"),
        "{out}"
    );
    let (_, out, _) = ran(meridian(here).args(["diff", "--format", "json"]));
    let printed: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(printed["fates"][0]["fate"], "replaced-with-data");
    assert_eq!(printed["fates"][0]["because"][0], "location_id");
}

#[test]
fn what_it_prints_for_programs_keeps_to_its_schema() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("before.yaml"), BEFORE).unwrap();
    fs::write(folder.path().join("topology.yaml"), EDEN).unwrap();
    let json = ["diff", "--from", "before.yaml", "--format", "json"];
    let (code, out, _) = ran(meridian(folder.path()).args(json));
    assert_eq!(code, 2);
    let printed: serde_json::Value = serde_json::from_str(&out).unwrap();
    let schema = jsonschema::validator_for(&meridian::diff::schema()).unwrap();
    let wrong: Vec<String> = schema
        .iter_errors(&printed)
        .map(|e| e.to_string())
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    for format in ["github", "sarif"] {
        let usage = ["diff", "--from", "before.yaml", "--format", format];
        assert_eq!(ran(meridian(folder.path()).args(usage)).0, 64);
    }
}

#[test]
fn a_side_that_does_not_compile_is_said() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("topology.yaml"), GGEN).unwrap();
    fs::write(folder.path().join("broken.yaml"), "version: 1\nname: [\n").unwrap();
    let (code, out, err) = ran(meridian(folder.path()).args(["diff", "--from", "broken.yaml"]));
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("broken.yaml does not compile"), "{err}");
    let (code, _, err) =
        ran(meridian(folder.path()).args(["diff", "broken.yaml", "--from", "topology.yaml"]));
    assert_eq!(code, 1);
    assert!(err.contains("broken.yaml:"), "{err}");
}
