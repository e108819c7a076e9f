//! `docs/errors.md` lists every code that the compiler or the runtime uses, each once, and no other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Every `AD....` in a text.
fn codes(text: &str) -> Vec<String> {
    let digits = |rest: &str| rest.len() >= 4 && rest.bytes().take(4).all(|b| b.is_ascii_digit());
    text.match_indices("AD")
        .filter(|(at, _)| digits(&text[at + 2..]))
        .map(|(at, _)| text[at..at + 6].to_owned())
        .collect()
}

fn sources(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry of it").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.extend(codes(&std::fs::read_to_string(path).expect("a source")));
        }
    }
}

#[test]
fn the_index_is_complete() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut used = BTreeSet::new();
    sources(&root.join("autodiff-macros/compiler/src"), &mut used);
    sources(&root.join("autodiff-runtime/src"), &mut used);
    let index = std::fs::read_to_string(root.join("docs/errors.md")).expect("the index");
    let mut listed = BTreeMap::new();
    for code in codes(&index) {
        *listed.entry(code).or_insert(0) += 1;
    }
    let twice: Vec<_> = listed.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "listed more than once: {twice:?}");
    let listed: BTreeSet<String> = listed.into_keys().collect();
    let missing: Vec<_> = used.difference(&listed).collect();
    assert!(missing.is_empty(), "used and not in docs/errors.md: {missing:?}");
    let unused: Vec<_> = listed.difference(&used).collect();
    assert!(unused.is_empty(), "in docs/errors.md and not used: {unused:?}");
}
