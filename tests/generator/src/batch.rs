//! Programs compiled together, as libraries that binaries call, and run.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::generate::Program;
use crate::print::Attribute;

/// How many programs are in one package: few enough that all cores have one to compile.
const COMPILED_TOGETHER: usize = 25;

/// The files of a package, by their paths in it.
type Sources = BTreeMap<PathBuf, String>;

/// A program under a name, with an attribute.
#[derive(Clone, Debug)]
pub struct Item {
    /// The name of its module.
    pub name: String,
    /// The program.
    pub program: Program,
    /// The attribute on its functions.
    pub attribute: Attribute,
}

/// In which way a program fails.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// The macro panics.
    Panic,
    /// The macro refuses the program.
    Refused,
    /// rustc finds an error in what was generated.
    Rustc,
    /// A derivative or a value is wrong.
    Mismatch,
    /// The process ends on the way.
    Crash,
    /// The program itself is wrong, which is the generator's mistake.
    Invalid,
}

/// What came of a program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// All derivatives agree; it compiles, if no more was asked for.
    Agrees,
    /// Its values are not finite: only they were compared.
    NotFinite,
    /// Something is wrong.
    Failed(Kind, String),
}

/// Where programs are compiled, and how.
#[derive(Clone, Debug)]
pub struct Workshop {
    folder: PathBuf,
    opt_level: String,
    runs: bool,
}

impl Workshop {
    /// A workshop in that folder, whose dependencies stay compiled between batches.
    pub fn new(folder: impl Into<PathBuf>, opt_level: &str) -> Self {
        Self { folder: folder.into(), opt_level: opt_level.to_owned(), runs: true }
    }

    /// The same workshop, where nothing is run: it only tells what does not compile, and soon.
    pub fn only_checking(&self) -> Self {
        Self { runs: false, ..self.clone() }
    }

    /// Compiles and runs programs; each gets its outcome.
    ///
    /// # Errors
    ///
    /// If files cannot be written, or cargo cannot be run.
    pub fn run(&self, items: &[Item]) -> io::Result<Vec<Outcome>> {
        let mut failures: BTreeMap<String, (Kind, String)> = BTreeMap::new();
        // A program stays in its package when others fail, so that only theirs are compiled again.
        let parts = loop {
            let parts: Vec<(String, Vec<&Item>)> = items
                .chunks(COMPILED_TOGETHER)
                .enumerate()
                .map(|(at, part)| {
                    let rest = part.iter().filter(|item| !failures.contains_key(&item.name));
                    (format!("part{at}"), rest.collect::<Vec<_>>())
                })
                .filter(|(_, part)| !part.is_empty())
                .collect();
            if parts.is_empty() {
                break parts;
            }
            let packages: Vec<_> =
                parts.iter().map(|(name, part)| (name.clone(), sources(name, part))).collect();
            self.write(&packages)?;
            let errors = self.build(if self.runs { &["build"] } else { &["check", "--lib"] })?;
            if errors.is_empty() {
                break parts;
            }
            failures.extend(errors);
        };
        self.sort_out_invalid(items, &mut failures)?;
        let mut outcomes = BTreeMap::new();
        // One after the other: the time that a program may take is for it alone.
        for (name, part) in &parts {
            if self.runs {
                outcomes.extend(self.execute(name, part)?);
            } else {
                outcomes.extend(part.iter().map(|item| (item.name.clone(), Outcome::Agrees)));
            }
        }
        for (name, (kind, text)) in failures {
            outcomes.insert(name, Outcome::Failed(kind, text));
        }
        Ok(items.iter().map(|item| outcomes[&item.name].clone()).collect())
    }

    /// Writes the packages of these programs, and of no others.
    fn write(&self, packages: &[(String, Sources)]) -> io::Result<()> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let facade = here.join("../..");
        fs::create_dir_all(&self.folder)?;
        if !self.folder.join("Cargo.lock").exists() {
            fs::copy(facade.join("Cargo.lock"), self.folder.join("Cargo.lock"))?;
        }
        let members: Vec<&str> = packages.iter().map(|(name, _)| name.as_str()).collect();
        let manifest = format!(
            "[workspace]
members = {members:?}
resolver = \"3\"

[workspace.dependencies]
autodiff = {{ path = {facade:?} }}
generator-harness = {{ path = {:?} }}
generator-macros = {{ path = {:?} }}

[profile.dev]
opt-level = {}
debug = false
incremental = false

[profile.dev.build-override]
opt-level = 1
debug-assertions = true
",
            here.join("harness"),
            here.join("macros"),
            self.opt_level,
        );
        write_if_new(&self.folder.join("Cargo.toml"), &manifest)?;
        for (name, sources) in packages {
            let manifest = format!(
                "[package]
name = {name:?}
edition = \"2024\"

[dependencies]
autodiff.workspace = true
generator-harness.workspace = true
generator-macros.workspace = true
"
            );
            let package = self.folder.join(name);
            fs::create_dir_all(package.join("src/glue"))?;
            fs::create_dir_all(package.join("src/apart"))?;
            write_if_new(&package.join("Cargo.toml"), &manifest)?;
            for folder in ["src", "src/glue", "src/apart"] {
                for entry in fs::read_dir(package.join(folder))? {
                    let path = entry?.path();
                    let known = path.strip_prefix(&package).is_ok_and(|p| sources.contains_key(p));
                    if path.is_file() && !known {
                        fs::remove_file(path)?;
                    }
                }
            }
            for (path, text) in sources {
                write_if_new(&package.join(path), text)?;
            }
        }
        Ok(())
    }

    fn cargo(&self) -> Command {
        let mut cargo = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()));
        cargo.current_dir(&self.folder).env("CARGO_TARGET_DIR", self.folder.join("target"));
        // Those of a test or a wrapper around this process are not for this build.
        cargo.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
        cargo
    }

    /// The errors of a build, by program: for each the first.
    fn build(&self, command: &[&str]) -> io::Result<BTreeMap<String, (Kind, String)>> {
        let arguments = ["--quiet", "--keep-going", "--message-format=short"];
        let output = self.cargo().args(command).args(arguments).output()?;
        if output.status.success() {
            return Ok(BTreeMap::new());
        }
        let text = String::from_utf8_lossy(&output.stderr);
        let mut errors = BTreeMap::new();
        for line in text.lines() {
            let Some((place, message)) = line.split_once(": error") else { continue };
            let file = place.split(':').next().unwrap_or_default();
            let name = file.rsplit('/').next().unwrap_or_default().trim_end_matches(".rs");
            let kind = if message.contains("[AD") {
                Kind::Refused
            } else if message.contains("attribute panicked") {
                Kind::Panic
            } else {
                Kind::Rustc
            };
            errors.entry(name.to_owned()).or_insert((kind, format!("error{message}")));
        }
        if errors.is_empty() || errors.contains_key("main") || errors.contains_key("lib") {
            return Err(io::Error::other(format!("cargo fails: {text}")));
        }
        Ok(errors)
    }

    /// What does not compile without attributes either is invalid.
    fn sort_out_invalid(
        &self,
        items: &[Item],
        failures: &mut BTreeMap<String, (Kind, String)>,
    ) -> io::Result<()> {
        let failed: Vec<&Item> =
            items.iter().filter(|item| failures.contains_key(&item.name)).collect();
        if failed.is_empty() {
            return Ok(());
        }
        let plain = failed
            .iter()
            .map(|item| (module_path(&item.name), item.program.module(&item.name, None)));
        let names = failed.iter().map(|item| item.name.as_str());
        let lib = (PathBuf::from("src/lib.rs"), modules(names));
        self.write(&[("plain".into(), plain.chain([lib]).collect())])?;
        for (name, (_, text)) in self.build(&["check", "--lib"])? {
            failures.insert(name, (Kind::Invalid, text));
        }
        Ok(())
    }

    /// Runs what is built.
    fn execute(&self, package: &str, items: &[&Item]) -> io::Result<BTreeMap<String, Outcome>> {
        let names: Vec<&str> = items.iter().map(|item| item.name.as_str()).collect();
        let mut outcomes = BTreeMap::new();
        let mut from = 0;
        while from < names.len() {
            let binary = self.folder.join("target/debug").join(package);
            let output = Command::new(binary).args(&names[from..]).output()?;
            let text = String::from_utf8_lossy(&output.stdout);
            for line in text.lines() {
                let mut parts = line.splitn(3, '\t');
                let mut part = || parts.next().unwrap_or_default().to_owned();
                let (name, word, text) = (part(), part(), part());
                let outcome = match word.as_str() {
                    "agrees" => Outcome::Agrees,
                    "not-finite" => Outcome::NotFinite,
                    "mismatch" => Outcome::Failed(Kind::Mismatch, text),
                    _ => Outcome::Failed(Kind::Invalid, text),
                };
                outcomes.insert(name, outcome);
            }
            let done = outcomes.len();
            if done < names.len() && done == from {
                // The process has ended in the program after the last one reported.
                let text = format!("{}", output.status);
                outcomes.insert(names[done].to_owned(), Outcome::Failed(Kind::Crash, text));
            }
            from = outcomes.len();
        }
        Ok(outcomes)
    }
}

fn write_if_new(path: &Path, text: &str) -> io::Result<()> {
    if fs::read_to_string(path).is_ok_and(|before| before == text) {
        return Ok(());
    }
    fs::write(path, text)
}

fn module_path(name: &str) -> PathBuf {
    PathBuf::from(format!("src/{name}.rs"))
}

/// A crate of modules with these names.
fn modules<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let declared: String = names.map(|name| format!("pub mod {name};\n")).collect();
    format!("#![allow(warnings)]\n{declared}")
}

/// A library of programs, and a binary that checks them from outside.
fn sources(package: &str, items: &[&Item]) -> Sources {
    let mut sources = Sources::new();
    let mut rows = String::new();
    for item in items {
        let name = &item.name;
        sources.insert(module_path(name), item.program.module(name, Some(&item.attribute)));
        if let Some(apart) = item.program.apart(&item.attribute) {
            sources.insert(format!("src/apart/{name}.rs").into(), apart);
        }
        let glue = item.program.glue(&format!("{package}::{name}"));
        sources.insert(format!("src/glue/{name}.rs").into(), glue);
        rows.push_str(&format!("    (\"{name}\", glue::{name}::run),\n"));
    }
    let modules = modules(items.iter().map(|item| item.name.as_str()));
    sources.insert("src/lib.rs".into(), modules.clone());
    sources.insert("src/glue/mod.rs".into(), modules);
    let main = format!(
        "mod glue;

type Run = fn(&generator_harness::Case) -> Result<generator_harness::Verdict, generator_harness::Failure>;

const PROGRAMS: &[(&str, Run)] = &[
{rows}];

fn main() {{
    generator_harness::run_programs(PROGRAMS);
}}
"
    );
    sources.insert("src/main.rs".into(), main);
    sources
}
