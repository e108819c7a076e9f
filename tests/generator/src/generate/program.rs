//! Programs: a function and those that it calls.

use super::{Function, Gen};

/// The most nodes that a program may evaluate, about.
const MOST_WORK: f64 = 3e7;

/// A function, and before it those that it calls.
#[derive(Clone, PartialEq, Debug)]
pub struct Program {
    pub seed: u64,
    /// Whether it computes in `f32`.
    pub single: bool,
    /// Whether the structs of the prelude are declared, and whether these are generic.
    pub structs: Option<bool>,
    pub functions: Vec<Function>,
}

impl Program {
    /// The program of that seed: the first that its random numbers give which is soon over.
    pub fn new(seed: u64) -> Self {
        let mut this = Gen::new(seed);
        loop {
            let program = Self::any(&mut this, seed);
            if program.work() <= MOST_WORK {
                return program;
            }
            this.start_again();
        }
    }

    fn any(this: &mut Gen, seed: u64) -> Self {
        let single = this.random.chance(25);
        let structs = this.random.chance(50).then(|| this.random.chance(30));
        let mut members = Vec::new();
        if let Some(generic) = structs {
            (this.structs, this.structs_generic) = (true, generic);
            members = this.members();
            this.members_known = true;
        }
        for _ in 0..this.random.below(3) {
            let callee = this.callee();
            this.callees.push(callee);
        }
        let main = this.main();
        let mut functions = members;
        functions.append(&mut this.callees);
        functions.push(main);
        let mut program = Self { seed, single, structs, functions };
        program.drop_uncalled();
        program
    }

    /// About how many nodes are evaluated when the program runs.
    pub fn work(&self) -> f64 {
        let mut known: Vec<(&str, f64)> = Vec::new();
        for function in &self.functions {
            let work = function.body.work(&known);
            known.push((&function.name, work));
        }
        known.last().map_or(0.0, |(_, work)| *work)
    }

    /// Whether the structs of the prelude are generic.
    pub fn structs_generic(&self) -> bool {
        self.structs == Some(true)
    }

    /// Removes functions that nothing calls.
    pub fn drop_uncalled(&mut self) {
        for at in (0..self.functions.len().saturating_sub(1)).rev() {
            let name = self.functions[at].name.clone();
            // A member may call others, whatever their order.
            let others = self
                .functions
                .iter()
                .enumerate()
                .filter(|(k, f)| *k > at || *k < at && f.place.is_some());
            if !others.into_iter().any(|(_, f)| f.body.mentions(&name)) {
                self.functions.remove(at);
            }
        }
    }

    /// The function that is differentiated.
    pub fn main(&self) -> &Function {
        self.functions.last().expect("a function")
    }

    /// The number of nodes.
    pub fn size(&self) -> usize {
        self.functions.iter().map(|f| f.body.size()).sum()
    }
}
