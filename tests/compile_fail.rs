//! What is refused, and how: one mistake a file, with the compiler's full answer beside it.
//!
//! `TRYBUILD=overwrite cargo test --test compile_fail` writes the answers anew.

#[test]
fn refusals() {
    trybuild::TestCases::new().compile_fail("tests/ui/*/*.rs");
}
