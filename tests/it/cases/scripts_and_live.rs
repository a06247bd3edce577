//! What running the output has shown, as far as the text shows it; `tests/live` runs it.

use crate::support::{Case, compiled, root};
use crate::tables::unrolled;

fn example(name: &str) -> Case {
    compiled(&root().join(format!("examples/{name}/topology.yaml")))
}

/// With fewer a sentinel waits for a replica that is dead, and the new primary takes no writes.
#[test]
fn all_replicas_follow_a_new_primary_at_once() {
    let ggen = example("ggen");
    for region in ["us-central1", "us-east1", "europe-west1"] {
        let set = ggen.file(&format!("kubernetes/{region}/redis-sessions.yaml"));
        assert!(set.contains("\n    sentinel parallel-syncs sessions 9\n"));
        assert!(
            set.contains("- /config/reload.sh\n"),
            "{region}: nothing renews"
        );
    }
}

/// The region that takes over is the one that the topology names.
#[test]
fn sentinels_prefer_the_home_and_then_its_successor() {
    let ggen = example("ggen");
    for (region, priority) in [("us-central1", 50), ("us-east1", 75), ("europe-west1", 100)] {
        let set = ggen.file(&format!("kubernetes/{region}/redis-sessions.yaml"));
        assert!(
            set.contains(&format!("\n    replica-priority {priority}\n")),
            "{region}"
        );
    }
}

/// The term ends at a client's write, and is no longer the failover timeout, which is no bound.
#[test]
fn a_promotion_is_over_when_a_write_is_acknowledged() {
    let ggen = example("ggen");
    let budget = ggen.file("RECOVERY_BUDGET.md");
    assert!(budget.contains("| promote | sessions | 0s .. 5s | documented | 2 of 3 sentinels agree and promote, replicas follow, and a write is acknowledged; a vote that fails is repeated after 2m |"));
}

// Text of what `tests/live/postgres` runs.

/// A copy beside the original comes up without pglogical, and both regions stop copying before
/// it takes the original's place: else it takes the original's slots when that restarts.
#[test]
fn a_restored_copy_is_no_peer_before_it_is_in_service() {
    let eden = example("eden");
    let restore = eden.file("scripts/restore-from-backup.sh");
    let commands: Vec<&str> = restore
        .lines()
        .filter(|l| l.contains("rds restore-db-instance"))
        .collect();
    assert!(commands.len() >= 4, "{commands:#?}");
    for command in commands {
        assert!(command.contains("-restored-16 "), "{command}");
    }
    let switch = unrolled(eden.file("scripts/switch-store.sh"));
    let at = |words: &str| switch.find(words).unwrap_or_else(|| panic!("no {words}"));
    for region in ["us-east-1", "us-west-2"] {
        let stop = at(&format!("'Disable the subscriptions of {region}'"));
        assert!(
            stop < at("'Rename the copy to eden-postgres-us-east-1'"),
            "{region}"
        );
    }
    let drill = eden.file("scripts/dr-test.sh");
    assert!(
        drill.contains("exercise restore-from-backup.sh "),
        "one way to restore"
    );
}

/// A slot that was given up is an alert, and status and lag alone do not hide it.
#[test]
fn copies_that_stopped_are_an_alert() {
    let eden = example("eden");
    let rules = eden.file("alerts/prometheus/rules.yaml");
    let (_, rule) = rules
        .split_once("alert: EdenPostgresCopiesStopped\n")
        .expect("a rule");
    let expr = rule.lines().next().unwrap();
    for series in [
        "1 - pglogical_subscription_replicating{",
        "pglogical_table_unreplicated{",
    ] {
        assert!(expr.contains(series), "{expr}");
    }
    let job = eden.file("kubernetes/us-east-1/postgres-postgres.yaml");
    for words in [
        "synchronize_data := :'copy'::boolean",
        "ALTER SEQUENCE %%I.%%I INCREMENT BY",
    ] {
        assert!(job.contains(words), "rows that exist, sequences: {words}");
    }
}

/// Statements with a password are not logged, and errors that hold one are not printed.
#[test]
fn a_password_is_in_no_log() {
    let eden = example("eden");
    let job = eden.file("kubernetes/us-east-1/postgres-postgres.yaml");
    for words in [
        "('log_statement', 'none')",
        "('log_min_error_statement', 'panic')",
        "--set VERBOSITY=terse",
    ] {
        assert!(job.contains(words), "{words}");
    }
    assert!(
        !job.contains("PASSWORD '$"),
        "a password in the text of a statement"
    );
}

// Alerts, as `tests/live/prometheus` runs them.

/// The lines of an alert's rule: its expression and its `for`.
fn rule<'a>(rules: &'a str, name: &str) -> (&'a str, &'a str) {
    let (_, rest) = rules
        .split_once(&format!("alert: {name}\n"))
        .unwrap_or_else(|| panic!("no {name}"));
    let expr = rest.lines().next().unwrap().trim();
    let hold = rest.lines().nth(1).unwrap().trim();
    (expr, hold.strip_prefix("for: ").unwrap_or("0s"))
}

/// States that differ by failed checks differ in when they alert, each later by a check at least,
/// and each for one region alone. Broken on purpose by one evaluation interval of 30s for all.
#[test]
fn three_states_of_a_region_are_three_alerts_at_three_times() {
    let ggen = example("ggen");
    let deployment = ggen.done.deployment.as_ref().expect("a deployment");
    let mut before = (0, 0);
    for state in ["Degraded", "Unhealthy", "Failure"] {
        let name = format!("GgenMarketplaceRegion{state}");
        let mut detectors = deployment.detectors.iter();
        let found = detectors.find(|d| d.alert == name).expect("a detector");
        assert_eq!(found.at_least, 1, "{name} fires for one region");
        let (low, high) = found.timing.notified();
        let high = high.expect("a bound");
        // Probes ask every 5 s.
        assert!(
            low >= before.0 + 5_000 && high >= before.1 + 5_000,
            "{name}: {low} {high}"
        );
        before = (low, high);
    }
    let rules = ggen.file("alerts/prometheus/rules.yaml");
    assert!(rules.contains("- name: alerts-every-5s\n  interval: 5s\n"));
    let table = ggen.file("RECOVERY_BUDGET.md");
    let told = table
        .lines()
        .find(|l| l.starts_with("| region unreachable |"))
        .expect("a row");
    assert!(told.contains("GgenMarketplaceRegion"), "{told}");
}

/// A counter that is born at 1 is an event. Broken on purpose by `increase` alone.
#[test]
fn the_first_event_of_a_counter_counts() {
    let ggen = example("ggen");
    let rules = ggen.file("alerts/prometheus/rules.yaml");
    let counters = [
        "failover_events_total{",
        "backup_runs_total{",
        "restore_test_runs_total{",
        "replication_conflicts_total{",
    ];
    let mut seen = 0;
    for line in rules
        .lines()
        .filter(|l| l.trim_start().starts_with("expr: "))
    {
        for counter in counters {
            let grows = line.contains(&format!("increase({counter}"));
            if grows {
                seen += 1;
                assert!(
                    line.contains(&format!("unless last_over_time({counter}")),
                    "{line}"
                );
            }
        }
    }
    assert!(seen >= 4, "{seen}");
    let (expr, hold) = rule(rules, "GgenMarketplaceFailoverTriggered");
    assert!(
        hold == "0s" && expr.contains(" offset 10m"),
        "{expr} {hold}"
    );
}

/// One failure of four requests pages nobody: ratios have a floor of traffic.
#[test]
fn ratios_have_a_floor_of_traffic() {
    for name in ["ggen", "eden", "paynow", "minimal"] {
        let case = example(name);
        let rules = case.file("alerts/prometheus/rules.yaml");
        let recorded = rules.split("- record: slo:error_ratio:").skip(1);
        let mut seen = 0;
        for record in recorded {
            let expr = record.lines().nth(1).unwrap_or_default();
            let (_, below) = expr
                .split_once(" / ")
                .unwrap_or_else(|| panic!("{name}: {expr}"));
            assert!(below.ends_with("> 0.1)"), "{name}: {expr}");
            seen += 1;
        }
        assert!(seen > 0 || name == "minimal", "{name}");
    }
}

/// The death of what probes is an alert, for each region.
#[test]
fn the_death_of_a_prober_is_an_alert() {
    for name in ["ggen", "eden", "paynow", "minimal"] {
        let case = example(name);
        let topology = case.done.topology.as_ref().expect("a topology");
        let rules = case.file("alerts/prometheus/rules.yaml");
        let missing = rules
            .lines()
            .filter(|l| l.contains("alert: ") && l.ends_with("ProbesMissing"));
        let missing: Vec<&str> = missing.filter_map(|l| l.split("alert: ").nth(1)).collect();
        assert_eq!(missing.len(), 1, "{name}");
        let (expr, _) = rule(rules, missing[0]);
        for host in &topology.hosts {
            for id in &host.regions {
                let region = &topology.region(*id).name;
                let absent = format!("region=\"{region}\"}})");
                let mut parts = expr.split("absent(probe_success{");
                assert!(
                    parts.any(|p| p.contains(&absent)),
                    "{name}: {region}: {expr}"
                );
            }
        }
    }
}

// Scripts, with stand-ins for the tools.

#[cfg(unix)]
mod scripts {
    #![expect(clippy::disallowed_methods, reason = "tests look at files")]

    use crate::stage::{Stage, code, said};
    use std::fs;
    use std::os::unix::process::CommandExt;
    use std::process::{Output, Stdio};

    const LEAVE: [&str; 6] = [
        "--from",
        "us-central1",
        "--to",
        "us-east1",
        "--apply",
        "--yes",
    ];

    fn promoted(stage: &Stage) -> bool {
        stage
            .calls()
            .iter()
            .any(|c| c.contains("/config/promote.sh"))
    }

    fn behind(stage: &Stage, lag: &str, script: &str, arguments: &[&str]) -> Output {
        let mut command = stage.command(script, arguments);
        command.env("LAG", lag).output().unwrap()
    }

    /// Replicas that were cut off for a day: nothing is promoted, and no region returns.
    #[test]
    fn the_lag_is_compared() {
        let stage = Stage::new("ggen");
        // The region is fenced, and the promotion asks for the lag first.
        fs::write(stage.state("capacity"), "0.0\n").unwrap();
        let step = [&LEAVE[..], &["--step", "promote"]].concat();
        let leave = |lag: &str, more: &[&str]| {
            let output = behind(
                &stage,
                lag,
                "failover-region.sh",
                &[&step[..], more].concat(),
            );
            let promoted = promoted(&stage);
            let _ = fs::remove_file(stage.state("primary"));
            (code(&output), promoted)
        };
        assert_eq!(leave("86400", &[]), (75, false));
        assert_eq!(leave("61", &[]), (75, false), "the objective is a minute");
        assert_eq!(leave("60", &[]), (0, true));
        assert_eq!(leave("", &[]), (75, false), "unknown is over");
        let accept = |seconds| ["--accept-data-loss-seconds", seconds];
        assert_eq!(leave("86400", &accept("86399")), (75, false));
        assert_eq!(leave("86400", &accept("86400")), (0, true));
        assert_eq!(leave("1", &accept("abc")), (64, false));

        let back = |lag: &str| {
            let region = ["--region", "us-central1", "--apply", "--yes"];
            let output = behind(&stage, lag, "promote-region.sh", &region);
            let served = stage
                .calls()
                .iter()
                .any(|c| c.contains("--capacity-scaler=1"));
            (code(&output), served)
        };
        assert_eq!(back("86400"), (75, false));
        assert_eq!(back("2"), (75, false), "a return wants a second at most");
        assert_eq!(back("1"), (0, true));
    }

    /// A lag that is small once and then grows is no caught-up copy: the return waits as long as the
    /// page says, and compares again and again.
    #[test]
    fn a_return_wants_a_small_lag_for_a_while() {
        let stage = Stage::new("ggen");
        let asked = stage.state("asked");
        let grows = format!(
            "if [[ -e '{0}' ]]; then echo 'store: region 2 s'; exit 0; fi; touch '{0}'",
            asked.display()
        );
        stage.where_called("kubectl", "lag.sh", &grows);
        let region = ["--region", "us-central1", "--apply", "--yes"];
        let output = stage.run("promote-region.sh", &region);
        assert_eq!(code(&output), 75, "{}", said(&output));
        assert!(said(&output).contains("replication lag is 2 s: do not fail back yet"));
    }

    /// Users who are served once and not a moment later are not served.
    #[test]
    fn users_are_served_for_a_while() {
        let stage = Stage::new("ggen");
        let asked = stage.state("asked");
        let fails = format!(
            "if [[ -e '{0}' ]]; then exit 22; fi; touch '{0}'",
            asked.display()
        );
        stage.where_called("curl", "/health", &fails);
        let output = stage.run("failover-region.sh", &LEAVE);
        assert_eq!(code(&output), 75, "{}", said(&output));
        assert!(said(&output).contains("users are not served"));
    }

    /// A drill is measured from its first step, and not from when somebody waited for the lock, until
    /// users are served, and not until that has held for a while.
    #[test]
    fn a_drill_is_measured_between_its_first_step_and_what_it_is_for() {
        let stage = Stage::new("ggen");
        stage.where_called("gcloud", "if-generation-match=0", "sleep 60");
        let region = [
            "--test-type",
            "region-failure",
            "--primary",
            "us-central1",
            "--secondary",
            "us-east1",
        ];
        let (code, record) = drill(&stage, &region);
        assert_eq!((code, &record["result"]), (0, &"passed".into()));
        let measured = record["measured_seconds"].as_u64().unwrap();
        assert!(
            measured < 300,
            "{measured}: an hour for the lock, ten minutes to hold"
        );
        // The page and the decision are added: 863 seconds are left of half an hour.
        let stage = Stage::new("ggen");
        stage.where_called("gcloud", "update-backend", "sleep 6");
        let (code, record) = drill(&stage, &region);
        assert_eq!((code, &record["result"]), (75, &"late".into()));
        let measured = record["measured_seconds"].as_u64().unwrap();
        assert!((900..1800).contains(&measured), "{measured}");
        let stage = Stage::new("ggen");
        stage.where_called("gcloud", "if-generation-match=0", "sleep 60");
        drill(&stage, &region);
        let clock = fs::read_to_string(stage.state("clock")).unwrap();
        let passed: u64 = clock.trim().parse().unwrap();
        assert!(passed >= 3600 + 60, "{passed}: it waited, and looked again");
    }

    /// A fence that fails, or is only said to have worked, stops before the point of no return.
    #[test]
    fn a_fence_is_read_back_before_anything_is_promoted() {
        for how in ["the command fails", "nothing came of it"] {
            let stage = Stage::new("ggen");
            fs::write(stage.state("capacity"), "1.0\n").unwrap();
            match how {
                "the command fails" => stage.refuses("gcloud", "update-backend"),
                _ => stage.ignores("gcloud", "update-backend"),
            }
            let output = stage.run("failover-region.sh", &LEAVE);
            let said = said(&output);
            assert_eq!(code(&output), 75, "{how}: {said}");
            assert!(
                said.contains("nothing is promoted") && !said.contains("== Done"),
                "{how}: {said}"
            );
            assert!(!promoted(&stage), "{how}");
            assert!(!stage.state("lock").exists(), "{how}: the lock is released");
        }
        // In eden the fence is a metric that an alarm watches.
        let stage = Stage::new("eden");
        stage.refuses("aws", "put-metric-data");
        let leave = [
            "--from",
            "us-east-1",
            "--to",
            "us-west-2",
            "--apply",
            "--yes",
        ];
        let output = stage.run("failover-region.sh", &leave);
        assert_eq!(code(&output), 75, "{}", said(&output));
        assert!(!said(&output).contains("== Done"));
    }

    /// A promotion whose write nobody acknowledges is not done.
    #[test]
    fn a_promotion_is_over_when_a_write_is_acknowledged() {
        let stage = Stage::new("ggen");
        stage.refuses("kubectl", "writes.sh");
        let output = stage.run("failover-region.sh", &LEAVE);
        assert_eq!(code(&output), 75, "{}", said(&output));
        assert!(!said(&output).contains("== Done"));
    }

    fn drill(stage: &Stage, arguments: &[&str]) -> (i32, serde_json::Value) {
        let output = stage.run("dr-test.sh", &[arguments, &["--apply", "--yes"]].concat());
        let text = said(&output);
        let mut lines = text.lines().filter(|l| l.starts_with("{\"system\""));
        let line = lines
            .next_back()
            .unwrap_or_else(|| panic!("no record: {text}"));
        (code(&output), serde_json::from_str(line).unwrap())
    }

    /// A drill whose failover fails has failed, and its record says so.
    #[test]
    fn a_failover_that_fails_is_a_drill_that_failed() {
        let stage = Stage::new("ggen");
        stage.refuses("gcloud", "update-backend");
        let region = [
            "--test-type",
            "region-failure",
            "--primary",
            "us-central1",
            "--secondary",
            "us-east1",
        ];
        let (code, record) = drill(&stage, &region);
        assert_eq!((code, &record["result"]), (75, &"failed".into()));
        let calls = stage.calls();
        assert!(
            calls.iter().any(|c| c.contains("/records/")),
            "kept: {calls:#?}"
        );
    }

    /// A restore is measured until the copy answers; one that never does has failed, on record.
    #[test]
    fn a_restore_is_measured_until_a_row_is_read() {
        let restore = [
            "--test-type",
            "restore",
            "--datastore",
            "eden-postgres-us-east-1",
        ];
        let stage = Stage::new("eden");
        assert_eq!(drill(&stage, &restore).1["result"], "passed");
        // The instance is being made: it has no address as long as the script waits.
        let stage = Stage::new("eden");
        stage.answers_none("aws", "Endpoint.Address");
        let (code, record) = drill(&stage, &restore);
        assert_eq!((code, &record["result"]), (75, &"failed".into()));
        let measured = record["measured_seconds"].as_u64().unwrap();
        assert!(
            measured >= 6 * 3600,
            "{measured}: it waited as long as RUNBOOK_RESTORE.md says"
        );
        let stage = Stage::new("eden");
        stage.refuses("aws", "restore-db-instance");
        let (code, record) = drill(&stage, &restore);
        assert_eq!((code, &record["result"]), (75, &"failed".into()));
    }

    /// Where no log can be written, the work is done all the same, and the lock is released.
    #[test]
    fn a_log_that_cannot_be_written_stops_nothing() {
        let stage = Stage::new("ggen");
        let mut command = stage.command("failover-region.sh", &LEAVE);
        let nowhere = command
            .env("EVIDENCE_DIR", "/nonexistent")
            .env("TMPDIR", "/nonexistent");
        let output = nowhere.output().unwrap();
        assert_eq!(code(&output), 0, "{}", said(&output));
        assert!(promoted(&stage) && !stage.state("lock").exists());
    }

    /// The lock of another refuses, is shown, and can be taken away, in every tree.
    #[test]
    fn a_lock_is_shown_and_can_be_taken_away() {
        for (name, from, to) in [
            ("ggen", "us-central1", "us-east1"),
            ("eden", "us-east-1", "us-west-2"),
        ] {
            let stage = Stage::new(name);
            fs::write(stage.state("lock"), "bob pid 7\n").unwrap();
            let leave = ["--from", from, "--to", to, "--apply", "--yes"];
            let refused = stage.run("failover-region.sh", &leave);
            assert_eq!(code(&refused), 75);
            assert!(said(&refused).contains("held by bob pid 7"), "{name}");
            let status = stage.run("failover-region.sh", &["--status"]);
            assert!(said(&status).contains("held by bob pid 7"), "{name}");
            let unlock = stage.run("failover-region.sh", &["--unlock", "--apply", "--yes"]);
            assert_eq!(code(&unlock), 0, "{name}: {}", said(&unlock));
            assert!(!stage.state("lock").exists(), "{name}");
        }
    }

    /// A script that is interrupted releases its lock, and takes no later step.
    #[test]
    fn an_interrupted_script_leaves_no_lock() {
        for signal in ["INT", "TERM", "HUP"] {
            let stage = Stage::new("ggen");
            // The fence's first command sends the signal to the script, and works.
            let stub = stage.folder.path().join("bin/gcloud");
            let script = stage.folder.path().join("script");
            let text = fs::read_to_string(&stub).unwrap();
            let send = format!(
                "case \"$*\" in *update-backend*) until [[ -s '{0}' ]]; do sleep 0.1; done; kill -{signal} -- \"-$(cat '{0}')\" ;; esac\n",
                script.display()
            );
            fs::write(&stub, text + &send).unwrap();
            let mut command = stage.command("failover-region.sh", &LEAVE);
            // As a terminal does, to all that it started.
            let command = command
                .process_group(0)
                .stderr(Stdio::piped())
                .stdout(Stdio::piped());
            let child = command.spawn().unwrap();
            fs::write(&script, child.id().to_string()).unwrap();
            let output = child.wait_with_output().unwrap();
            assert!(!output.status.success(), "{signal}");
            assert!(!stage.state("lock").exists(), "{signal}: {}", said(&output));
            assert!(!promoted(&stage), "{signal}");
        }
    }

    /// The folder of the stubs, with a few programs of the system and nothing else.
    fn only(stage: &Stage, programs: &[&str]) -> std::path::PathBuf {
        let tools = stage.folder.path().join("bin");
        let found = std::env::var("PATH").unwrap();
        for tool in programs {
            let mut folders = std::env::split_paths(&found);
            let path = folders.find_map(|f| Some(f.join(tool)).filter(|p| p.exists()));
            let _ = fs::remove_file(tools.join(tool));
            std::os::unix::fs::symlink(path.expect(tool), tools.join(tool)).unwrap();
        }
        tools
    }

    /// A tool that is missing is named before anything is done, and is nobody's lock.
    #[test]
    fn a_missing_tool_is_named_first() {
        let stage = Stage::new("ggen");
        let tools = only(
            &stage,
            &[
                "bash", "date", "dirname", "basename", "tee", "mktemp", "cat",
            ],
        );
        for arguments in [&LEAVE[..], &["--status"]] {
            let script = stage.scripts.join("failover-region.sh");
            let mut command = std::process::Command::new(tools.join("bash"));
            let command = command
                .arg(script)
                .args(arguments)
                .env("PATH", &tools)
                .env("EVIDENCE_DIR", stage.folder.path());
            let output = command.output().unwrap();
            assert_eq!(code(&output), 69, "{}", said(&output));
            assert!(
                said(&output).contains("timeout is not installed"),
                "{}",
                said(&output)
            );
        }
        assert!(stage.calls().is_empty());
    }

    /// What kubectl signs in with, and what only the bootstrap runs, are as much a tool as gcloud.
    #[test]
    fn plugins_and_tools_of_the_bootstrap_are_named_first() {
        for (tool, script, arguments, how) in [
            (
                "gke-gcloud-auth-plugin",
                "failover-region.sh",
                &LEAVE[..],
                "gcloud components install",
            ),
            (
                "bq",
                "deploy-all-regions.sh",
                &["--var-file", "/dev/null", "--bootstrap"],
                "",
            ),
        ] {
            let stage = Stage::new("ggen");
            let tools = only(
                &stage,
                &[
                    "bash", "date", "dirname", "basename", "tee", "mktemp", "cat", "timeout",
                    "awk", "grep",
                ],
            );
            fs::remove_file(tools.join(tool)).unwrap();
            let mut command = stage.command(script, arguments);
            let output = command.env("PATH", &tools).output().unwrap();
            assert_eq!(code(&output), 69, "{tool}: {}", said(&output));
            let named = format!("{tool} is not installed");
            let said = said(&output);
            assert!(said.contains(&named) && said.contains(how), "{said}");
            assert!(stage.calls().is_empty());
        }
    }
}

/// A backup copies the whole store: it asks a replica, and the primary only where that is the whole set. Before,
/// it asked the last node of the region, whoever that was; the command of the job named it.
#[test]
fn a_backup_of_redis_asks_a_replica() {
    let ggen = example("ggen");
    for region in ["us-central1", "us-east1", "europe-west1"] {
        let set = ggen.file(&format!("kubernetes/{region}/redis-sessions.yaml"));
        let job = set
            .split("\n---\n")
            .find(|d| d.contains("kind: CronJob") && d.contains("name: sessions-backup"))
            .expect("a job");
        assert!(job.contains("- /config/backup.sh\n"), "{job}");
        assert!(!job.contains("- node-"), "{region}: a node is named");
        let script = set
            .split("\n  backup.sh: |\n")
            .nth(1)
            .expect("its script")
            .split("\n  common.sh:")
            .next()
            .unwrap_or_default();
        assert!(
            script.contains("*\" \"*) snapshot /work/dump.rdb"),
            "{script}"
        );
    }
}

/// The lag of Aurora is read by the dimensions that CloudWatch has of it, before a promotion in each region.
#[cfg(unix)]
#[test]
fn the_lag_of_copies_on_aws_is_read_before_a_promotion() {
    for (from, to) in [("us-east-1", "us-west-2"), ("us-west-2", "us-east-1")] {
        let stage = crate::stage::Stage::new("aws-engines");
        let step = [
            "--from", from, "--to", to, "--step", "lag", "--apply", "--yes",
        ];
        let output = stage.run("failover-region.sh", &step);
        assert_eq!(crate::stage::code(&output), 0, "{output:?}");
        let calls = stage.calls();
        let read = |words: &[&str]| calls.iter().any(|c| words.iter().all(|w| c.contains(w)));
        let metric = "--metric-name AuroraGlobalDBReplicationLag";
        let region = format!("--region {to} ");
        assert!(read(&["list-metrics", metric, &region]), "{calls:#?}");
        // The stand-in's dimensions.
        let dimensions = "--dimensions [{\"Name\": \"ReplicationGroupId\", \"Value\": \"x\"}]";
        assert!(
            read(&["get-metric-statistics", metric, dimensions]),
            "{calls:#?}"
        );
    }
}
