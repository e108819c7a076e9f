//! How the gradients compare: one table of ratios.
//!
//! The ways are timed in turn within each round and the ratios are taken round by round, so that
//! whatever slows the machine for a while slows both sides of a ratio. The order alternates from
//! round to round.
//!
//! ```text
//! cargo bench --bench ratios -- [--quick] [NAME]
//! ```
//!
//! `NAME` keeps the programs whose names contain it; `--quick` takes fewer and shorter rounds.

use std::hint::black_box;
use std::time::Duration;

use programs::{Program, TapeMode, Visitor, assert_gradients_agree, visit_all};
use routine::Routine;

mod programs;
mod routine;

fn main() {
    // `cargo test` runs this without the flag, to hold the ways to one gradient.
    if std::env::args().all(|argument| argument != "--bench") {
        return visit_all(&mut Check);
    }
    let mut table = Table::new(Settings::from_arguments());
    table.print_header();
    visit_all(&mut table);
    table.print_summary();
}

/// Checks each program.
struct Check;

impl Visitor for Check {
    fn visit<P: Program>(&mut self) {
        assert_gradients_agree(&P::new());
    }
}

/// How much is measured.
struct Settings {
    filter: String,
    rounds: usize,
    /// In how many of the rounds the overloaded ways take part, the slowest by far.
    rival_rounds: usize,
    /// The least time a batch of calls takes, well above the clock's resolution.
    batch: Duration,
}

impl Settings {
    fn from_arguments() -> Self {
        let mut settings = Self {
            filter: String::new(),
            rounds: 41,
            rival_rounds: 5,
            batch: Duration::from_millis(2),
        };
        // Cargo itself passes `--bench`.
        for argument in std::env::args().skip(1).filter(|it| it != "--bench") {
            match argument.as_str() {
                "--quick" => {
                    settings.rounds = 11;
                    settings.rival_rounds = 1;
                    settings.batch = Duration::from_millis(1);
                }
                flag if flag.starts_with('-') => {
                    eprintln!("usage: cargo bench --bench ratios -- [--quick] [NAME]");
                    std::process::exit(2);
                }
                name => settings.filter = name.to_owned(),
            }
        }
        settings
    }
}

/// Measures each program and prints it as one row.
struct Table {
    settings: Settings,
    to_primal: Vec<f64>,
    to_hand: Vec<f64>,
}

impl Table {
    fn new(settings: Settings) -> Self {
        Self { settings, to_primal: Vec::new(), to_hand: Vec::new() }
    }

    fn print_header(&self) {
        println!("Medians of {} interleaved rounds, with [quartiles].\n", self.settings.rounds,);
        println!(
            "{:<15}{:>12}  {:<21}{:<21}{:<21}{:>13}{:>13}",
            "program",
            "primal, ns",
            "autodiff/primal",
            "hand/primal",
            "autodiff/hand",
            "tape/ad",
            "num-dual/ad",
        );
    }

    fn print_summary(&self) {
        if !self.to_hand.is_empty() {
            println!(
                "\nGeometric means: autodiff/primal {:.2}, autodiff/hand {:.2}",
                geometric_mean(&self.to_primal),
                geometric_mean(&self.to_hand),
            );
        }
    }
}

impl Visitor for Table {
    fn visit<P: Program>(&mut self) {
        if !P::NAME.contains(&self.settings.filter) {
            return;
        }
        let rounds = measure::<P>(&self.settings);
        let to_primal = rounds.distribution(|round| Some(round.autodiff / round.primal));
        let hand_to_primal = rounds.distribution(|round| Some(round.hand / round.primal));
        let to_hand = rounds.distribution(|round| Some(round.autodiff / round.hand));
        let tape = rounds.distribution(|round| Some(round.rivals.as_ref()?.tape / round.autodiff));
        let num_dual =
            rounds.distribution(|round| Some(round.rivals.as_ref()?.num_dual / round.autodiff));
        println!(
            "{:<15}{:>12.1}  {:<21}{:<21}{:<21}{:>13.1}{:>13.1}",
            P::NAME,
            rounds.distribution(|round| Some(round.primal)).median,
            to_primal.to_string(),
            hand_to_primal.to_string(),
            to_hand.to_string(),
            tape.median,
            num_dual.median,
        );
        self.to_primal.push(to_primal.median);
        self.to_hand.push(to_hand.median);
    }
}

/// Nanoseconds a call in one round.
struct Round {
    primal: f64,
    autodiff: f64,
    hand: f64,
    rivals: Option<Rivals>,
}

/// Nanoseconds a call of the overloaded ways.
struct Rivals {
    tape: f64,
    num_dual: f64,
}

/// All rounds of one program.
struct Rounds(Vec<Round>);

impl Rounds {
    /// The distribution of `figure` over the rounds that have it.
    fn distribution(&self, figure: impl Fn(&Round) -> Option<f64>) -> Quartiles {
        let mut figures: Vec<f64> = self.0.iter().filter_map(figure).collect();
        figures.sort_by(f64::total_cmp);
        let at = |fraction: f64| figures[((figures.len() - 1) as f64 * fraction).round() as usize];
        Quartiles { lower: at(0.25), median: at(0.5), upper: at(0.75) }
    }
}

struct Quartiles {
    lower: f64,
    median: f64,
    upper: f64,
}

impl std::fmt::Display for Quartiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.2} [{:.2} {:.2}]", self.median, self.lower, self.upper)
    }
}

/// Checks that all ways give one gradient, then times them.
fn measure<P: Program>(settings: &Settings) -> Rounds {
    let program = P::new();
    assert_gradients_agree(&program);
    let variables = program.variables();
    let tape = TapeMode::default();

    let mut gradients = [(); 4].map(|()| vec![0.0; variables.len()]);
    let [of_autodiff, of_hand, of_tape, of_num_dual] = &mut gradients;
    let mut primal = Routine::new(settings.batch, || black_box(&program).primal());
    let mut autodiff =
        Routine::new(settings.batch, || black_box(&program).autodiff(black_box(of_autodiff)));
    let mut hand = Routine::new(settings.batch, || black_box(&program).hand(black_box(of_hand)));
    let mut on_tape = Routine::new(settings.batch, || {
        tape.value_and_grad(black_box(&program), &variables, black_box(of_tape))
    });
    let mut num_dual = Routine::new(settings.batch, || {
        black_box(&program).num_dual(&variables, black_box(of_num_dual))
    });

    let rounds = (0..settings.rounds).map(|round| {
        let mut times =
            Round { primal: f64::NAN, autodiff: f64::NAN, hand: f64::NAN, rivals: None };
        if round % 2 == 0 {
            times.primal = primal.time();
            times.autodiff = autodiff.time();
            times.hand = hand.time();
        } else {
            times.hand = hand.time();
            times.autodiff = autodiff.time();
            times.primal = primal.time();
        }
        if round < settings.rival_rounds {
            times.rivals = Some(Rivals { tape: on_tape.time(), num_dual: num_dual.time() });
        }
        times
    });
    Rounds(rounds.collect())
}

fn geometric_mean(figures: &[f64]) -> f64 {
    let sum: f64 = figures.iter().map(|figure| figure.ln()).sum();
    (sum / figures.len() as f64).exp()
}
