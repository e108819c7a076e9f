use super::*;

/// The type of a constant, seen from the body of a function.
fn constant<'a>(scopes: &'a Scopes, function: &str, path: &str) -> Option<&'a str> {
    let (_, body) = scopes.bodies.iter().find(|((name, _), _)| name == function)?;
    match scopes.find(*body, path, Space::Values) {
        Found::Item(_, _, Item::Constant(ty)) => Some(ty),
        _ => None,
    }
}

#[track_caller]
fn check(text: &str, rows: &[(&str, &str, Option<&str>)]) {
    let scopes = Scopes::read(text, true);
    for (function, path, ty) in rows {
        assert_eq!(constant(&scopes, function, path), *ty, "`{path}` in `{function}`");
    }
}

#[test]
fn a_module_sees_nothing_of_that_around_it() {
    let text = "
        const A: f64 = 1.0;
        fn outer() {}
        mod inner { const A: f32 = 1.0; const B: u8 = 1; fn f() { const C: i8 = 1; fn g() {} } }
        fn body() { const A: u16 = 1; fn nested() {} { const D: i32 = 1; } }
    ";
    check(
        text,
        &[
            ("outer", "A", Some("f64")),
            ("outer", "B", None),
            ("outer", "inner::B", None),
            ("f", "A", Some("f32")),
            ("f", "C", Some("i8")),
            ("g", "C", Some("i8")),
            ("f", "super::A", Some("f64")),
            ("f", "crate::A", Some("f64")),
            ("f", "self::A", Some("f32")),
            ("f", "super::super::A", None),
            ("f", "::A", None),
            ("nested", "A", Some("u16")),
            ("body", "D", Some("i32")),
            ("nested", "self::A", Some("f64")),
        ],
    );
}

#[test]
fn imports_are_followed() {
    let text = "
        mod a { pub const A: f64 = 1.0; const P: f64 = 1.0; pub mod b { pub const B: f32 = 1.0; } }
        mod re { pub use super::a::b as c; pub use super::a::A as X; use super::a::A; }
        mod user {
            use super::re::{c, X as Y};
            use super::a::{self, A, b::B as Z};
            use other::Q;
            const Q2: f64 = 1.0;
            use a::P;
            fn f() {}
        }
        mod circle { use self::b::A; mod b { pub use super::A; } fn g() {} }
    ";
    check(
        text,
        &[
            ("f", "Y", Some("f64")),
            ("f", "X", None),
            ("f", "c::B", Some("f32")),
            ("f", "a::b::B", Some("f32")),
            ("f", "A", Some("f64")),
            ("f", "Z", Some("f32")),
            ("f", "Q", None),
            ("f", "P", None),
            ("f", "super::re::A", None),
            ("g", "A", None),
        ],
    );
}

#[test]
fn globs_give_what_nothing_else_does() {
    let text = "
        mod a { pub const A: f64 = 1.0; pub const S: f64 = 1.0; const P: f64 = 1.0; }
        mod b { pub use super::a::*; pub const S: f32 = 1.0; }
        mod user { use super::b::*; fn f() {} }
        mod tests { use super::*; const OWN: u8 = 1; fn g() {} }
        mod elsewhere { use super::a::*; use other::*; const OWN: u8 = 1; fn h() {} }
        mod hidden { use other::A; use super::a::*; use std::f64::consts::*; fn i() {} }
        const P: u16 = 1;
    ";
    check(
        text,
        &[
            ("f", "A", Some("f64")),
            ("f", "S", Some("f32")),
            ("f", "P", None),
            ("g", "P", Some("u16")),
            ("g", "a::A", Some("f64")),
            ("h", "A", Some("f64")),
            ("h", "OWN", Some("u8")),
            ("h", "B", None),
            ("i", "A", None),
            ("i", "S", Some("f64")),
        ],
    );
}

#[test]
fn functions_of_types_stand_with_the_type() {
    let text = "
        mod a { pub struct T; impl T { pub const A: f64 = 1.0; } }
        mod b { pub struct T; }
        impl b::T { const A: f32 = 1.0; }
        mod user { use super::a::T; fn f() {} }
        mod other { use super::b::T as U; fn g() {} }
        fn h() {}
    ";
    check(
        text,
        &[
            ("f", "T::A", Some("f64")),
            ("f", "super::b::T::A", Some("f32")),
            ("g", "U::A", Some("f32")),
            ("h", "b::T::A", Some("f32")),
            ("h", "T::A", None),
        ],
    );
}

#[test]
fn what_macros_or_several_items_declare_is_not_known() {
    let text = "
        items! { const A: f64; }
        mod m { pub const A: f64 = 1.0; }
        #[cfg(x)] const B: f64 = 1.0;
        #[cfg(not(x))] const B: f32 = 1.0;
        fn f() {}
    ";
    check(text, &[("f", "m::A", None), ("f", "B", None)]);
}

#[test]
fn imports_of_crates_are_found_through_the_modules_of_the_file() {
    let text = "
        use libm::sin;
        mod inner { use super::*; use libm as m; fn f() {} }
        mod all { use libm::*; fn cos() {} fn g() {} }
    ";
    let scopes = Scopes::read(text, true);
    let body = |f: &str| *scopes.bodies.iter().find(|((name, _), _)| name == f).expect(f).1;
    assert_eq!(scopes.import(body("f"), "sin"), Some("libm::sin"));
    assert_eq!(scopes.import(body("f"), "m"), Some("libm"));
    assert_eq!(scopes.import(body("g"), "sin"), None);
    assert!(scopes.may_be_imported_from(body("g"), "libm", "sin"));
    assert!(!scopes.may_be_imported_from(body("g"), "libm", "cos"));
}
