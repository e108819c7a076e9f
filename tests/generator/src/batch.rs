//! Programs compiled together, as one crate that another calls, and run.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::generate::Program;
use crate::print::Attribute;

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
    /// All derivatives agree.
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
}

impl Workshop {
    /// A workshop in that folder, whose dependencies stay compiled between batches.
    pub fn new(folder: impl Into<PathBuf>, opt_level: &str) -> Self {
        Self { folder: folder.into(), opt_level: opt_level.to_owned() }
    }

    /// Compiles and runs programs; each gets its outcome.
    ///
    /// # Errors
    ///
    /// If files cannot be written, or cargo cannot be run.
    pub fn run(&self, items: &[Item]) -> io::Result<Vec<Outcome>> {
        let mut failures: BTreeMap<String, (Kind, String)> = BTreeMap::new();
        loop {
            let rest: Vec<&Item> =
                items.iter().filter(|item| !failures.contains_key(&item.name)).collect();
            if rest.is_empty() {
                break;
            }
            self.write(&rest)?;
            let errors = self.build(&["build"])?;
            if errors.is_empty() {
                break;
            }
            failures.extend(errors);
        }
        self.sort_out_invalid(items, &mut failures)?;
        let rest: Vec<&str> = items
            .iter()
            .map(|item| item.name.as_str())
            .filter(|name| !failures.contains_key(*name))
            .collect();
        let mut outcomes = self.execute(&rest)?;
        for (name, (kind, text)) in failures {
            outcomes.insert(name, Outcome::Failed(kind, text));
        }
        Ok(items.iter().map(|item| outcomes[&item.name].clone()).collect())
    }

    fn write(&self, items: &[&Item]) -> io::Result<()> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let facade = here.join("../..");
        let manifest = format!(
            "[workspace]

[package]
name = \"programs\"
edition = \"2024\"

[dependencies]
autodiff = {{ path = {:?} }}
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
            facade,
            here.join("harness"),
            here.join("macros"),
            self.opt_level,
        );
        let source = self.folder.join("src");
        fs::create_dir_all(source.join("glue"))?;
        fs::write(self.folder.join("Cargo.toml"), manifest)?;
        if !self.folder.join("Cargo.lock").exists() {
            fs::copy(facade.join("Cargo.lock"), self.folder.join("Cargo.lock"))?;
        }
        let mut modules = String::from("#![allow(warnings)]\n");
        let mut rows = String::new();
        for item in items {
            let name = &item.name;
            fs::write(
                source.join(format!("{name}.rs")),
                item.program.module(Some(&item.attribute)),
            )?;
            fs::write(source.join(format!("glue/{name}.rs")), item.program.glue(name))?;
            modules.push_str(&format!("pub mod {name};\n"));
            rows.push_str(&format!("    (\"{name}\", glue::{name}::run),\n"));
        }
        fs::write(source.join("lib.rs"), &modules)?;
        fs::write(source.join("glue/mod.rs"), &modules)?;
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
        fs::write(source.join("main.rs"), main)
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
        let output =
            self.cargo().args(command).args(["--quiet", "--message-format=short"]).output()?;
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
        let lib = self.folder.join("src/lib.rs");
        let before = fs::read_to_string(&lib)?;
        let mut modules = String::from("#![allow(warnings)]\n");
        for item in &failed {
            let path = self.folder.join(format!("src/{}.rs", item.name));
            fs::write(path, item.program.module(None))?;
            modules.push_str(&format!("pub mod {};\n", item.name));
        }
        fs::write(&lib, modules)?;
        let errors = self.build(&["check", "--lib"])?;
        fs::write(lib, before)?;
        for (name, (_, text)) in errors {
            failures.insert(name, (Kind::Invalid, text));
        }
        Ok(())
    }

    /// Runs what is built.
    fn execute(&self, names: &[&str]) -> io::Result<BTreeMap<String, Outcome>> {
        let mut outcomes = BTreeMap::new();
        let mut from = 0;
        while from < names.len() {
            let binary = self.folder.join("target/debug/programs");
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
