#!/usr/bin/env bash
# Runs what uses the runtime's `unsafe` code, its stacks, under AddressSanitizer: the runtime's own
# tests, and every derivative of the corpus. Needs a nightly toolchain.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if ! cargo +nightly --version > /dev/null 2>&1; then
    echo "sanitize.sh: AddressSanitizer needs a nightly toolchain: rustup toolchain install nightly" >&2
    exit 2
fi

target=$(rustc -vV | sed -n 's/^host: //p')
export RUSTFLAGS="-Zsanitizer=address ${RUSTFLAGS:-}"
export ASAN_OPTIONS="detect_leaks=1 ${ASAN_OPTIONS:-}"
export CARGO_TARGET_DIR=target/sanitize

cargo +nightly test --target "$target" --package autodiff-runtime --lib
cargo +nightly test --target "$target" --package autodiff --test gradients
