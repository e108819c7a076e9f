//! Runs random programs; `--help` says how.

use std::process::ExitCode;

use generator::{Attribute, Item, Outcome, Program, Workshop, shrink};

const HELP: &str = "\
Writes random programs, differentiates them, and compares all modes with dual numbers.

    --programs N     how many programs (default 200)
    --seed N         the seed of the first; the others follow (default 0)
    --batch N        how many are compiled together (default 200)
    --opt-level N    how rustc optimises them (default 0)
    --apart          puts all but the function that is differentiated in another file
    --without PASS   switches an optimisation of the compiler off; `all`: each in turn
    --folder PATH    where they are compiled (default target/generator)
    --check          asks only whether they compile
    --print          prints the programs instead
    --keep           does not make failing programs small
";

struct Settings {
    programs: u64,
    seed: u64,
    batch: u64,
    opt_level: String,
    apart: bool,
    without: Option<String>,
    folder: String,
    check: bool,
    print: bool,
    keep: bool,
}

fn settings() -> Result<Settings, String> {
    let mut settings = Settings {
        programs: 200,
        seed: 0,
        batch: 200,
        opt_level: "0".into(),
        apart: false,
        without: None,
        folder: concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/generator").into(),
        check: false,
        print: false,
        keep: false,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        let number = |text: String| text.parse::<u64>().map_err(|e| format!("{text}: {e}"));
        match argument.as_str() {
            "--programs" => settings.programs = number(value()?)?,
            "--seed" => settings.seed = number(value()?)?,
            "--batch" => settings.batch = number(value()?)?,
            "--opt-level" => settings.opt_level = value()?,
            "--apart" => settings.apart = true,
            "--without" => settings.without = Some(value()?),
            "--folder" => settings.folder = value()?,
            "--check" => settings.check = true,
            "--print" => settings.print = true,
            "--keep" => settings.keep = true,
            _ => return Err(HELP.into()),
        }
    }
    Ok(settings)
}

fn main() -> ExitCode {
    let settings = match settings() {
        Ok(settings) => settings,
        Err(text) => {
            eprintln!("{text}");
            return ExitCode::from(2);
        }
    };
    if settings.print {
        for seed in settings.seed..settings.seed + settings.programs {
            println!("// Seed {seed}.\n{}", Program::new(seed).source());
        }
        return ExitCode::SUCCESS;
    }
    match hunt(&settings) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// Runs the programs; gives the number of failures.
fn hunt(settings: &Settings) -> std::io::Result<usize> {
    let mut workshop = Workshop::new(&settings.folder, &settings.opt_level);
    if settings.check {
        workshop = workshop.only_checking();
    }
    let attributes: Vec<Attribute> = match settings.without.as_deref() {
        None if settings.apart => vec![Attribute::Apart],
        None => vec![Attribute::Released],
        Some("all") => generator::passes().map(|pass| Attribute::Without(pass.into())).collect(),
        Some(pass) => vec![Attribute::Without(pass.into())],
    };
    let end = settings.seed + settings.programs;
    let (mut agree, mut not_finite, mut failures) = (0, 0, 0);
    let per_batch = (settings.batch / attributes.len() as u64).max(1);
    let mut from = settings.seed;
    while from < end {
        let seeds = from..end.min(from + per_batch);
        from = seeds.end;
        let mut items = Vec::new();
        for seed in seeds.clone() {
            for attribute in &attributes {
                let suffix = match attribute {
                    Attribute::Released | Attribute::Apart => String::new(),
                    Attribute::Without(pass) => format!("_{pass}"),
                };
                items.push(Item {
                    name: format!("p{seed}{suffix}"),
                    program: Program::new(seed),
                    attribute: attribute.clone(),
                });
            }
        }
        let outcomes = workshop.run(&items)?;
        for (item, outcome) in items.into_iter().zip(outcomes) {
            match outcome {
                Outcome::Agrees => agree += 1,
                Outcome::NotFinite => not_finite += 1,
                Outcome::Failed(kind, text) => {
                    failures += 1;
                    println!("{}: {kind:?}: {text}", item.name);
                    if !settings.keep {
                        let (small, text) =
                            shrink(&workshop, item.program, &item.attribute, kind, text)?;
                        println!("{text}\n{}", small.source());
                    }
                }
            }
        }
        println!(
            "up to seed {}: {agree} agree, {not_finite} not finite, {failures} failures",
            seeds.end - 1
        );
    }
    Ok(failures)
}
