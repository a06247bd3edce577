//! `why` and `impact`: from a generated line to the spec, and back.

use super::parts::Parts;
use super::{FormatArg, Shared, exit, load, print, report, workspace};
use crate::source::SourceMap;
use crate::spec::schema::with_lists;
use crate::trace::{self, Input, Kind, Lines, Place, Traced, Traces, Why};
use crate::{Compilation, Until, compile};
use clap::Args;
use serde_json::{Value as Json, json};
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// More inputs of a line than that are counted.
const SHOWN: usize = 12;

#[derive(Debug, Args)]
pub(super) struct WhyArgs {
    /// A generated line, `FILE:LINE`, or what is generated: `module.NAME`, `Kind/name`
    of: String,
    /// The spec that it is generated from; without it, the one whose tree has the file
    #[arg(long)]
    spec: Option<PathBuf>,
    #[command(flatten)]
    parts: Parts,
}

#[derive(Debug, Args)]
pub(super) struct ImpactArgs {
    /// A line of the spec or of a file that it includes, `FILE:LINE`
    of: String,
    /// The spec that includes the file, if it is not the file itself
    #[arg(long)]
    spec: Option<PathBuf>,
}

/// A spec that was read and compiled.
struct Compiled {
    loaded: load::Loaded,
    done: Compilation,
}

impl Compiled {
    /// Reads and compiles; says what is wrong where that cannot be done.
    fn new(spec: &Path, parts: &Parts, shared: &Shared) -> Option<Self> {
        let mut loaded = shared.load(spec);
        parts.write_into(loaded.document.as_mut());
        loaded.document = loaded.document.as_ref().map(with_lists);
        let diagnostics = std::mem::take(&mut loaded.diagnostics);
        let done = compile(
            loaded.document.as_ref(),
            loaded.lock.as_ref(),
            &loaded.name,
            diagnostics,
            Until::Emitted,
            None,
        );
        if done.diagnostics.has_errors() {
            report::show_as(&loaded.sources, &done.diagnostics, shared, FormatArg::Human);
            return None;
        }
        Some(Compiled { loaded, done })
    }

    fn traced(&self) -> Option<Traced<'_>> {
        Some(Traced {
            document: self.loaded.document.as_ref()?,
            lock: self.done.lock()?,
            spec_name: &self.loaded.name,
            artifacts: &self.done.artifacts,
        })
    }
}

pub(super) fn why(args: &WhyArgs, shared: &Shared) -> u8 {
    if !prints(shared, "why") {
        return exit::USAGE;
    }
    let generated = file_and_line(&args.of).map_or("", |(file, _)| file);
    let spec = match &args.spec {
        Some(spec) => spec.clone(),
        None => match workspace::spec_of(Path::new(generated), shared) {
            Ok(spec) => spec,
            Err(code) => return code,
        },
    };
    let Some(compiled) = Compiled::new(&spec, &args.parts, shared) else {
        return exit::DIAGNOSTICS;
    };
    let Some(traced) = compiled.traced() else {
        return exit::DIAGNOSTICS;
    };
    let places = match places(&args.of, traced) {
        Ok(places) => places,
        Err(problem) => {
            say!("meridian: {problem}");
            return exit::USAGE;
        }
    };
    let found = trace::why_each(traced, &places);
    print(&match shared.format {
        FormatArg::Json => printed(&found.iter().map(|w| json_of(w, &compiled)).collect()),
        _ => found
            .iter()
            .map(|w| human(w, &compiled))
            .collect::<Vec<_>>()
            .join("\n"),
    });
    exit::CLEAN
}

pub(super) fn impact(args: &ImpactArgs, shared: &Shared) -> u8 {
    if !prints(shared, "impact") {
        return exit::USAGE;
    }
    let Some((file, line)) = file_and_line(&args.of) else {
        say!("meridian: write FILE:LINE, for example `topology.yaml:12`");
        return exit::USAGE;
    };
    let file = Path::new(file);
    let limits = shared.limits();
    let whole = || load::whole_of(&load::load_one(file, &limits), file, &limits);
    let spec = args.spec.clone().or_else(whole);
    let Some(compiled) = Compiled::new(spec.as_deref().unwrap_or(file), &Parts::default(), shared)
    else {
        return exit::DIAGNOSTICS;
    };
    let Some(traced) = compiled.traced() else {
        return exit::DIAGNOSTICS;
    };
    let sources = &compiled.loaded.sources;
    let real = |path: &Path| std::fs::canonicalize(path).unwrap_or(path.to_path_buf());
    let asked = real(file);
    let here = |input: &Input| {
        let source = sources.file(input.span.file);
        real(Path::new(&source.name)) == asked && source.line(input.span.start) == line
    };
    let found = trace::impact(traced, &here);
    if found.is_empty() {
        say!(
            "meridian: no value or name stands in line {line} of {}",
            file.display()
        );
        return exit::USAGE;
    }
    print(&match shared.format {
        FormatArg::Json => printed(&found.iter().map(|t| traces_json(t, sources)).collect()),
        _ => found.iter().map(|t| impact_text(t, sources)).collect(),
    });
    exit::CLEAN
}

fn prints(shared: &Shared, command: &str) -> bool {
    let can = matches!(shared.format, FormatArg::Human | FormatArg::Json);
    if !can {
        say!("meridian: {command} prints human or json");
    }
    can
}

fn file_and_line(text: &str) -> Option<(&str, usize)> {
    let (file, line) = text.rsplit_once(':')?;
    let line = line.parse().ok().filter(|n| *n > 0)?;
    Some((file, line)).filter(|(file, _)| !file.is_empty())
}

/// The lines that are asked for.
fn places(of: &str, traced: Traced) -> Result<Vec<Place>, String> {
    let Some((file, line)) = file_and_line(of) else {
        let found = trace::of_address(traced.artifacts, of);
        return match found.is_empty() {
            false => Ok(found),
            true => Err(format!(
                "nothing generated is called `{}`; write FILE:LINE, `module.NAME` or `Kind/name`",
                of.escape_debug()
            )),
        };
    };
    // The path as it stands on disk ends with the path in the tree.
    let ends = |path: &str| Path::new(file).ends_with(path);
    let mut paths: Vec<&str> = traced.artifacts.iter().map(|(p, _)| p).collect();
    paths.retain(|p| ends(p));
    let path = paths.into_iter().max_by_key(|p| p.len());
    let path = path.ok_or_else(|| format!("{file} is not among the generated files"))?;
    let text = traced.artifacts.get(path).map_or("", |a| a.text.as_str());
    let lines = text.lines().count();
    if line > lines {
        return Err(format!("{path} has {lines} lines"));
    }
    let on_disk = load::text(Path::new(file));
    if on_disk.is_ok_and(|disk| disk.lines().nth(line - 1) != text.lines().nth(line - 1)) {
        return Err(format!(
            "line {line} of {file} is not what the spec compiles to: run `meridian compile` first"
        ));
    }
    Ok(vec![(path.to_string(), (line, line))])
}

fn place(sources: &SourceMap, input: &Input) -> String {
    sources.line(input.span)
}

/// An input in words: the value, the name, the default.
fn said(input: &Input) -> String {
    match input.kind {
        Kind::Value => input.text.clone(),
        Kind::Name => "the name".into(),
        Kind::Default => format!("{} (default, not written)", input.text),
    }
}

/// Rows of inputs, aligned.
fn rows(inputs: &[Traces], sources: &SourceMap) -> String {
    let rows = inputs.iter().take(SHOWN);
    let rows: Vec<_> = rows
        .map(|t| (t.input.shown(), place(sources, &t.input), said(&t.input)))
        .collect();
    let width = |of: &dyn Fn(&(String, String, String)) -> usize| {
        rows.iter().map(of).max().unwrap_or_default().min(60)
    };
    let (first, second) = (width(&|r| r.0.len()), width(&|r| r.1.len()));
    let mut out = String::new();
    for (path, place, said) in &rows {
        let _ = writeln!(out, "  {path:first$}  {place:second$}  {said}");
    }
    if inputs.len() > SHOWN {
        let _ = writeln!(out, "  and {} more", inputs.len() - SHOWN);
    }
    out
}

fn human(why: &Why, compiled: &Compiled) -> String {
    let sources = &compiled.loaded.sources;
    let text = compiled.done.artifacts.get(&why.path);
    let text = text.map_or("", |a| a.text.as_str());
    let (first, last) = why.lines;
    let mut out = match first == last {
        true => format!("{}:{first}\n", why.path),
        false => format!("{}:{first}-{last}\n", why.path),
    };
    if first == last {
        let line = text.lines().nth(first - 1).unwrap_or_default();
        let _ = writeln!(out, "  {}\n", line.trim());
    }
    if let Some(module) = &why.module {
        out += &match module.strip_prefix("helm/") {
            Some(template) => format!(
                "A copy of our chart's {template}: the same for every system. What differs stands in helm/values.yaml and in each region's values.\n"
            ),
            None => format!(
                "A copy of our Terraform {module}: the same in every tree that uses the module.\n"
            ),
        };
        return out;
    }
    if !why.inputs.is_empty() {
        let _ = writeln!(
            out,
            "follows from\n{}",
            rows(&why.inputs, sources).trim_end()
        );
    }
    if let Some((block, inputs)) = &why.around {
        let _ = writeln!(
            out,
            "No value of the spec changes this line. It is part of `{}` (lines {}-{}), which follows from\n{}",
            block.name,
            block.lines.0,
            block.lines.1,
            rows(inputs, sources).trim_end()
        );
    }
    if why.inputs.is_empty() && why.around.is_none() {
        let _ = writeln!(
            out,
            "No value of the spec changes it: {} prints it for every system.",
            why.emitter
        );
    }
    if !why.locked.is_empty() {
        let _ = writeln!(out, "recorded in the lock\n  {}", why.locked.join("\n  "));
    }
    out
}

fn impact_text(traces: &Traces, sources: &SourceMap) -> String {
    let input = &traces.input;
    let mut out = format!(
        "{}  {}  {}\n",
        input.shown(),
        place(sources, input),
        said(input)
    );
    let total: usize = traces.lines.values().map(|l| l.len()).sum();
    if total == 0 {
        out += "  no other value that was tried changes the output\n";
        return out;
    }
    let _ = writeln!(
        out,
        "  another value changes {total} lines in {} files",
        traces.lines.len()
    );
    for (path, lines) in &traces.lines {
        let _ = writeln!(out, "  {path}:{}", ranges(lines.iter().copied()));
    }
    out
}

/// Numbers as ranges: `3, 7-9`.
fn ranges(numbers: impl Iterator<Item = usize>) -> String {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for number in numbers {
        match found.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => found.push((number, number)),
        }
    }
    let more = found.len().saturating_sub(SHOWN);
    let shown = found.iter().take(SHOWN);
    let shown: Vec<String> = shown
        .map(|(first, last)| match first == last {
            true => first.to_string(),
            false => format!("{first}-{last}"),
        })
        .collect();
    let rest = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    shown.join(", ") + &rest
}

fn printed(value: &Json) -> String {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    text + "\n"
}

fn lines_json(lines: &Lines) -> Json {
    json!(lines)
}

fn traces_json(traces: &Traces, sources: &SourceMap) -> Json {
    let kind = match traces.input.kind {
        Kind::Value => "value",
        Kind::Name => "name",
        Kind::Default => "default",
    };
    json!({
        "input": traces.input.shown(),
        "kind": kind,
        "text": traces.input.text,
        "at": place(sources, &traces.input),
        "lines": lines_json(&traces.lines),
    })
}

fn json_of(why: &Why, compiled: &Compiled) -> Json {
    let sources = &compiled.loaded.sources;
    let inputs = |all: &[Traces]| {
        all.iter()
            .map(|t| traces_json(t, sources))
            .collect::<Json>()
    };
    let around = why.around.as_ref().map(|(block, all)| {
        json!({ "name": block.name, "lines": [block.lines.0, block.lines.1], "inputs": inputs(all) })
    });
    json!({
        "path": why.path,
        "lines": [why.lines.0, why.lines.1],
        "emitter": why.emitter,
        "module": why.module,
        "inputs": inputs(&why.inputs),
        "around": around,
        "locked": why.locked,
    })
}
