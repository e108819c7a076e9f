//! What the crate of the user can build on: the features under which `autodiff` stands in its `Cargo.toml`.

/// The libraries that generated code may name beside `core`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Library {
    /// Whether `f32` and `f64` have the methods of `std`, such as `sin`.
    pub std: bool,
    /// Whether there is a heap.
    pub alloc: bool,
    /// Whether the functions of the crate `libm` are known.
    pub libm: bool,
    /// Whether there are the arrays of `ndarray`.
    pub ndarray: bool,
}

impl Library {
    /// All of them.
    pub const ALL: Self = Self { std: true, alloc: true, libm: true, ndarray: true };
}

impl Default for Library {
    fn default() -> Self {
        Self::ALL
    }
}

#[cfg(test)]
mod tests {
    use super::Library;
    use crate::expand;

    const CORE: Library = Library { std: false, alloc: false, libm: true, ndarray: false };

    /// What comes of a function in a crate with that library.
    fn expanded(library: Library, function: &str) -> String {
        expand(library, "source".parse().unwrap(), function.parse().unwrap()).to_string()
    }

    /// The codes of the refusals: rustc shows each once.
    #[track_caller]
    fn check(library: Library, function: &str, codes: &[&str]) {
        let expanded = expanded(library, function);
        let mut found: Vec<&str> = expanded
            .match_indices("compile_error ! (\"[")
            .map(|(at, start)| &expanded[at + start.len()..][..6])
            .collect();
        found.dedup();
        assert_eq!(found, codes, "{function}");
    }

    #[test]
    fn what_needs_the_heap_is_refused_without() {
        for function in [
            "fn f(x: &[f64]) -> f64 { x[0] }",
            "fn f(x: f64) -> Vec<f64> { g(x) }",
            "fn f(x: f64) -> f64 { let v = vec![x, x]; v[0] * v[1] }",
            "fn f(x: [f64; 3]) -> f64 { let v: Vec<f64> = x.iter().map(|x| x * x).collect(); v[1] }",
        ] {
            check(CORE, function, &["AD0701"]);
            check(Library { alloc: true, ..CORE }, function, &[]);
        }
        for function in [
            "fn f(x: f64, n: usize) -> f64 { let mut y = x; for _ in 0..n { y = y * y; } y }",
            "fn f(x: f64) -> f64 { let mut y = x; while y < 9.0 { y = y * y; } y }",
            "fn f<const N: usize>(x: f64) -> f64 { let mut y = x; for _ in 0..2 * N { y = y * y; } y }",
            "fn f(x: f64) -> f64 {
                let mut y = x;
                #[checkpoint(snapshots = 3)]
                for _ in 0..10 { y = y * y; }
                y
            }",
        ] {
            check(CORE, function, &["AD0702"]);
            check(Library { alloc: true, ..CORE }, function, &[]);
        }
    }

    #[test]
    fn loops_that_run_to_a_constant_have_fixed_room() {
        for (range, room) in [
            ("0..1000", "[();1000]"),
            ("2..=10", "[();9]"),
            ("(3..1000).rev()", "[();997]"),
            ("0..N", "[();N]"),
            ("1..=N", "[();N]"),
            ("1..N - 1", "[();N]"),
            ("0..N / 2", "[();N]"),
            ("n..N", "[();N]"),
            ("0..LIMIT", "[();{LIMITasusize}]"),
            ("0..a.len()", "[();N]"),
        ] {
            let function = format!(
                "fn f<const N: usize>(x: f64, a: &[f64; N], n: usize) -> f64 {{
                    let mut y = x;
                    for _ in {range} {{ y = a[0] * y * y; }}
                    y
                }}"
            );
            check(CORE, &function, &[]);
            let text = expanded(CORE, &function).replace(' ', "");
            assert!(text.contains(&format!("FixedStack::<_,{room}>::new()")), "{range}: {text}");
        }
        let nested = "fn f<const N: usize>(x: [f64; N]) -> f64 {
            let mut y = 1.0;
            for i in 0..N { for j in 0..i { for _ in 0..3 { y = y * y + x[i] * x[j]; } } }
            y
        }";
        check(CORE, nested, &[]);
        assert!(expanded(CORE, nested).replace(' ', "").contains("<_,[[[();3];N];N]>"));
        let few = "fn f(x: f64) -> f64 { let mut y = x; for _ in 0..10 { y = y * y; } y }";
        check(CORE, few, &[]);
        assert!(expanded(CORE, few).replace(' ', "").contains("[0.0_f64;10]"));
    }

    #[test]
    fn the_functions_of_libm_need_its_feature() {
        let without = Library { libm: false, ..Library::ALL };
        let function = "fn f(x: f64) -> f64 { libm::sin(x) }";
        check(without, function, &["AD0703"]);
        check(Library::ALL, function, &[]);
        // What has no rule is a function without the attribute, as any other.
        check(Library::ALL, "fn f(x: f64) -> f64 { libm::tgamma(x) }", &[]);
    }

    #[test]
    fn one_function_is_not_written_in_two_ways() {
        for (body, codes) in [
            ("libm::sin(x) + y.cos()", &[][..]),
            ("libm::sin(x) + x.sin()", &["AD0704"]),
            ("f64::sin(x) + libm::sin(x)", &["AD0704"]),
            ("libm::sinf(y) + y.cos() + (x.sin() as f32)", &[]),
            ("libm::sinf(y) + y.sin()", &["AD0704"]),
            ("g(x).sin() + libm::sin(x)", &["AD0704"]),
        ] {
            check(Library::ALL, &format!("fn f(x: f64, y: f32) -> f64 {{ {body} }}"), codes);
        }
    }

    #[test]
    fn derivatives_call_what_the_function_calls() {
        let body = |library, body: &str| {
            let text = expanded(library, &format!("fn f(x: f64) -> f64 {{ {body} }}"));
            let at = text.find("BACKWARD").expect("the source");
            text[at..].split_once(" ;").expect("its end").0.to_owned()
        };
        for library in [Library::ALL, CORE] {
            let text = body(library, "libm::sin(x) * libm::cos(x)");
            assert!(text.contains("libm::sin(x)") && !text.contains(".sin("), "{text}");
        }
        assert!(body(Library::ALL, "x.sin()").contains("x.cos()"));
        assert!(body(CORE, "x.sin()").contains("math::cos(x)"));
        assert!(body(CORE, "x.sin() * x.cos()").contains("x.cos()"));
        assert!(body(CORE, "x.abs()").contains("x >= 0"));
    }

    #[test]
    fn functions_have_vectors_where_that_is_asked_for() {
        let body = |options: &str, body: &str| {
            let function = format!("fn f(x: &[f64], a: f64) -> f64 {{ {body} }}");
            expand(Library::ALL, options.parse().unwrap(), function.parse().unwrap()).to_string()
        };
        let text = body("simd", "(a * x[0]).exp() + x[1].sin()").replace(' ', "");
        assert!(
            text.contains("::autodiff::simd::exp(a*") && text.contains("simd::dispatch("),
            "{text}"
        );
        assert!(text.contains(".sin()") || text.contains(".cos()"), "{text}");
        assert!(!body("hessian", "(a * x[0]).exp()").contains("simd"));
        let text = body("", "autodiff::simd::exp(a * x[0])").replace(' ', "");
        assert!(text.contains("autodiff::simd::exp(a*") && !text.contains("dispatch"), "{text}");
        check(
            Library::ALL,
            "fn f(x: f64) -> f64 { autodiff::simd::exp(x) + x.exp() }",
            &["AD0704"],
        );
    }
}
