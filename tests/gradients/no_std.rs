//! The programs of `tests/no_std`, here with `std`, and there without: in a build of their own, so that no
//! feature of another crate in this workspace is theirs.

use std::path::Path;
use std::process::{Command, Output};

#[test]
fn the_derivatives_are_right_with_std() {
    no_std_programs::check();
}

/// Builds the binary of these programs.
fn build(features: &str) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--bin", "no-std", "--features", features])
        .arg("--manifest-path")
        .arg(root.join("tests/no_std/Cargo.toml"))
        .arg("--target-dir")
        .arg(root.join("target/no_std"))
        .env_remove("RUSTFLAGS")
        .output()
        .expect("cargo runs")
}

/// The same, and runs it: it checks its derivatives.
fn run(features: &str) {
    let built = build(features);
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let binary = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/no_std/debug/no-std");
    let status = Command::new(binary).status().expect("it starts");
    assert!(status.success(), "{status}");
}

/// The binary has a panic handler, and a global allocator where there is a heap: were `std` among what it
/// is linked to, there would be two.
#[test]
#[cfg(unix)]
fn nothing_needs_std() {
    run("");
    run("alloc");
    let with_std = String::from_utf8_lossy(&build("std").stderr).into_owned();
    assert!(with_std.contains("duplicate lang item `panic_impl`"), "{with_std}");
}
