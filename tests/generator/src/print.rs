//! A program as the files of a crate: its functions with their oracle, and the code that checks them.

use std::fmt::Write;

use crate::ast::{Dialect, Node, Sort};
use crate::generate::{Function, Parameter, Passed, Program, Returned};

/// The attribute on each function, without its options.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Attribute {
    /// `#[differentiate]`, as a user writes it.
    Released,
    /// With that optimisation switched off.
    Without(String),
}

/// A function as it is written, without attribute.
pub fn function(function: &Function, dialect: Dialect) -> String {
    let ty = |text: &str| text.replace("%F", dialect.float());
    let parameters: Vec<String> = function
        .parameters
        .iter()
        .map(|p| {
            let owned = matches!(p.passed, Passed::Vec | Passed::Array(_));
            let mutable = if owned { "mut " } else { "" };
            format!("{mutable}{}: {}", p.name, ty(&p.passed.ty()))
        })
        .collect();
    let result = match function.returned {
        Returned::Nothing => String::new(),
        ref returned => format!(" -> {}", ty(returned.ty())),
    };
    let template = format!(
        "pub fn {}{}({}){result} {{\n    $0\n}}",
        function.name,
        function.generics,
        parameters.join(", ")
    );
    dialect.print(&Node::new(Sort::Other, template, vec![function.body.clone()]))
}

impl Program {
    fn plain(&self) -> Dialect {
        Dialect::Plain { single: self.single }
    }

    /// The functions as a person reads them.
    pub fn source(&self) -> String {
        let mut out = String::new();
        for f in &self.functions {
            let options =
                if f.options.is_empty() { String::new() } else { format!("({})", f.options) };
            writeln!(out, "#[differentiate{options}]\n{}\n", function(f, self.plain()))
                .expect("text");
        }
        out
    }

    /// The module of the program. The feature `plain` takes the attributes away.
    pub fn module(&self, attribute: &Attribute) -> String {
        let mut out =
            String::from("#![allow(warnings)]\nuse autodiff::{differentiate, stop_gradient};\n\n");
        for f in &self.functions {
            let attribute = match attribute {
                Attribute::Released => format!("differentiate({})", f.options),
                Attribute::Without(pass) => {
                    format!("generator_macros::differentiate_without({pass}; {})", f.options)
                }
            };
            let text = function(f, self.plain());
            writeln!(out, "#[cfg_attr(not(feature = \"plain\"), {attribute})]\n{text}\n")
                .expect("text");
        }
        let dialect = Dialect::Oracle { single: self.single };
        let dual = dialect.float();
        write!(
            out,
            "pub mod oracle {{\nuse generator_harness::{dual};\n\nfn stop_gradient(x: {dual}) -> {dual} {{\n    {dual}::from(x.value)\n}}\n\n"
        )
        .expect("text");
        for f in &self.functions {
            writeln!(out, "{}\n", function(f, dialect)).expect("text");
        }
        out.push_str("}\n");
        out
    }

    /// The code that checks the program of that name.
    pub fn glue(&self, name: &str) -> String {
        let main = self.main();
        let active: Vec<&Parameter> = main.parameters.iter().filter(|p| p.active).collect();
        let in_place: Vec<&Parameter> =
            active.iter().copied().filter(|p| p.passed.in_place()).collect();
        let single = self.single;
        let names = |list: &[&Parameter]| -> String {
            list.iter().map(|p| format!("{}, ", p.name)).collect()
        };
        // The arguments that are active as a tuple, and the tuple of all gradients, which is bare of one.
        let tuple = format!("({})", names(&active));
        let likes: String = active.iter().map(|p| format!("{}, ", self.like(p.passed))).collect();
        let constants: String = main
            .parameters
            .iter()
            .filter(|p| !p.active && p.passed.differentiable())
            .map(|p| format!("    let {}_constant = {};\n", p.name, self.constant(p.passed)))
            .collect();
        let bind = format!("let {tuple} = like.with(point);");
        let mutable: String =
            in_place.iter().map(|p| format!("let mut {0} = {0}; ", p.name)).collect();
        let arguments: String =
            main.parameters.iter().map(|p| format!("{}, ", argument(p, false))).collect();
        let lifted: String =
            main.parameters.iter().map(|p| format!("{}, ", argument(p, true))).collect();
        let left: String = in_place.iter().map(|p| format!("{}.clone(), ", p.name)).collect();
        let gradient = if active.len() == 1 { "(gradient,)" } else { "gradient" };
        let seed_like = self.result_like(&main.returned);
        let shadow = |p: &&Parameter| format!("&mut {}_bar", p.name);
        let shadows = match active.as_slice() {
            [one] => shadow(one),
            several => {
                format!("({})", several.iter().map(|p| shadow(p) + ", ").collect::<String>())
            }
        };
        let bars: String = active.iter().map(|p| format!("mut {}_bar, ", p.name)).collect();
        let after: String = active.iter().map(|p| format!("{}_bar, ", p.name)).collect();
        let tangent = if active.len() == 1 { "like.with(tangent).0" } else { "like.with(tangent)" };
        let ranges = self.in_place_ranges(&active);
        let scalar = if main.returned == Returned::Float {
            format!(
                "Some(Scalar {{
            grad: &|point| {{
                {bind} {mutable}
                let gradient = f::grad({arguments});
                {gradient}.flatten()
            }},
            value_and_grad: &|point| {{
                {bind} {mutable}
                let (value, gradient) = f::value_and_grad({arguments});
                (value.flatten(), {gradient}.flatten())
            }},
            grad_into: &|point, before| {{
                {bind} {mutable}
                let ({bars}) = like.with(before);
                let value = f::grad_into({arguments}{shadows});
                ((value, {left}).flatten(), ({after}).flatten())
            }},
        }})"
            )
        } else {
            "None".to_owned()
        };
        format!(
            "#![allow(warnings)]
use generator_harness::*;
use programs::{name}::{{f, oracle}};

pub fn run(case: &Case) -> Result<Verdict, Failure> {{
    let Case {{ n, k, b, ref p, .. }} = *case;
{constants}    let like = ({likes});
    let seed_like = {seed_like};
    check(&Subject {{
        single: {single},
        point: case.point(&like),
        in_place: vec![{ranges}],
        primal: &|point| {{
            {bind} {mutable}
            let value = f({arguments});
            (value, {left}).flatten()
        }},
        oracle: &|point, direction| {{
            let {tuple} = like.with(point).lift(&mut direction.iter().copied());
            {mutable}
            let value = oracle::f({lifted});
            dual_parts(&(value, {left}))
        }},
        vjp: &|point, seed| {{
            {bind} {mutable}
            let (value, pullback) = f::vjp({arguments});
            let gradient = pullback(seed_like.with(seed));
            (value.flatten(), {gradient}.flatten())
        }},
        jvp: &|point, tangent| {{
            {bind} {mutable}
            let (value, slope) = f::jvp({arguments}{tangent});
            (value.flatten(), slope.flatten())
        }},
        vjp_into: &|point, seed, before| {{
            {bind} {mutable}
            let ({bars}) = like.with(before);
            let value = f::vjp_into({arguments}seed_like.with(seed), {shadows});
            ((value, {left}).flatten(), ({after}).flatten())
        }},
        scalar: {scalar},
    }})
}}
"
        )
    }

    /// A value of the shape of an argument.
    fn like(&self, passed: Passed) -> String {
        let zero = format!("0.0_{}", self.plain().primitive());
        match passed {
            Passed::Float | Passed::MutFloat => zero,
            Passed::Pair => format!("({zero}, {zero})"),
            Passed::Array(n) | Passed::ArrayRef(n) | Passed::MutArray(n) => {
                format!("[{zero}; {n}]")
            }
            Passed::Grid(rows, columns) => format!("[[{zero}; {columns}]; {rows}]"),
            Passed::Rows(columns) => format!("vec![vec![{zero}; {columns}]; n]"),
            _ => format!("vec![{zero}; n]"),
        }
    }

    /// The value of an argument that is held constant.
    fn constant(&self, passed: Passed) -> String {
        self.like(passed).replace("0.0_", "0.7_")
    }

    fn result_like(&self, returned: &Returned) -> String {
        let zero = format!("0.0_{}", self.plain().primitive());
        match returned {
            Returned::Nothing => "()".to_owned(),
            Returned::Float => zero,
            Returned::Pair => format!("({zero}, {zero})"),
            Returned::Vec => format!("vec![{zero}; n]"),
            Returned::Array => format!("[{zero}; 3]"),
        }
    }

    /// The ranges of inputs that belong to parameters changed in place.
    fn in_place_ranges(&self, active: &[&Parameter]) -> String {
        let mut at = "0".to_owned();
        let mut ranges = String::new();
        for p in active {
            let count = match p.passed {
                Passed::Float | Passed::MutFloat => "1".to_owned(),
                Passed::Pair => "2".to_owned(),
                Passed::Array(n) | Passed::ArrayRef(n) | Passed::MutArray(n) => n.to_string(),
                Passed::Grid(rows, columns) => (rows * columns).to_string(),
                Passed::Rows(columns) => format!("{columns} * n"),
                _ => "n".to_owned(),
            };
            let end = format!("{at} + {count}");
            if p.passed.in_place() {
                write!(ranges, "{at}..{end}, ").expect("text");
            }
            at = end;
        }
        ranges
    }
}

/// How a bound argument is passed on, to the function or to its oracle.
fn argument(p: &Parameter, lifted: bool) -> String {
    let owned = matches!(
        p.passed,
        Passed::Float
            | Passed::Pair
            | Passed::Vec
            | Passed::Array(_)
            | Passed::Count
            | Passed::Flag
    );
    let name = match (p.active || !p.passed.differentiable(), lifted) {
        (true, _) => p.name.clone(),
        (false, false) if owned => format!("{}_constant.clone()", p.name),
        (false, false) => format!("{}_constant", p.name),
        (false, true) => format!("{}_constant.lift(&mut std::iter::repeat(0.0))", p.name),
    };
    match p.passed {
        _ if owned => name,
        passed if passed.in_place() => format!("&mut {name}"),
        Passed::Permutation => format!("{name}.as_slice()"),
        _ => format!("&{name}"),
    }
}
