//! A fixed choice of random programs: all modes agree with dual numbers. `cargo run -p generator` runs
//! any number of others.

use std::path::Path;

use generator::{Attribute, Item, Outcome, Program, Workshop, passes};

/// Programs as released, some with what they call in another file, and one without each optimisation.
const RELEASED: u64 = 200;
const APART: u64 = 50;

#[test]
fn agree_with_dual_numbers() {
    let mut items: Vec<Item> = (0..RELEASED)
        .map(|seed| Item {
            name: format!("p{seed}"),
            program: Program::new(seed),
            attribute: Attribute::Released,
        })
        .collect();
    items.extend((0..APART).map(|seed| Item {
        name: format!("p{seed}_apart"),
        program: Program::new(seed),
        attribute: Attribute::Apart,
    }));
    for (seed, pass) in (RELEASED..).zip(passes()) {
        items.push(Item {
            name: format!("p{seed}_{pass}"),
            program: Program::new(seed),
            attribute: Attribute::Without(pass.into()),
        });
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("programs");
    let outcomes = Workshop::new(folder, "0").run(&items).expect("cargo builds");
    let mut failures = Vec::new();
    let mut compared = 0;
    for (item, outcome) in items.iter().zip(outcomes) {
        match outcome {
            Outcome::Agrees => compared += 1,
            Outcome::NotFinite => {}
            Outcome::Failed(kind, text) => failures.push(format!(
                "{} {:?}: {kind:?}: {text}\n{}",
                item.name,
                item.attribute,
                item.program.source()
            )),
        }
    }
    assert!(
        failures.is_empty(),
        "{} failures. `cargo run -p generator -- --programs 1 --seed N` makes one small.\n\n{}",
        failures.len(),
        failures.join("\n\n")
    );
    assert!(compared > RELEASED * 9 / 10, "{compared} programs have finite derivatives");
}
