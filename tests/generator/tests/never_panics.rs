//! The compiler gives code or a diagnostic for whatever stands under the attribute: it neither panics,
//! nor hangs, nor runs out of stack.
//!
//! It is fed every function of the gradients' tests and of real crates, of which few are meant to be
//! differentiated, each as it stands and with random changes to its tokens.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use generator::Random;
use proc_macro2::{Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::visit::{self, Visit};

/// Changed copies of each function.
const MUTANTS: u64 = 8;
/// How long one function may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// The stack that rustc gives to macros.
const STACK: usize = 8 << 20;

/// Expands a function; gives the text of a panic.
fn expand(item: &TokenStream) -> Option<String> {
    let expanded = catch_unwind(AssertUnwindSafe(|| {
        autodiff_compiler::expand(autodiff_compiler::Library::ALL, TokenStream::new(), item.clone())
    }));
    let payload = expanded.err()?;
    let text = payload.downcast_ref::<String>().cloned();
    Some(text.or_else(|| payload.downcast_ref::<&str>().map(|t| (*t).into())).unwrap_or_default())
}

/// The functions of a file, methods included: each as it stands, and its body under a signature that
/// is differentiated.
struct Functions(Vec<TokenStream>);

impl Functions {
    fn push(&mut self, item: &impl ToTokens, body: &syn::Block) {
        self.0.push(item.to_token_stream());
        self.0.push(quote!(fn f(x: f64, y: &[f64], mut a: Vec<f64>, n: usize) -> f64 #body));
    }
}

impl<'a> Visit<'a> for Functions {
    fn visit_item_fn(&mut self, item: &'a syn::ItemFn) {
        self.push(item, &item.block);
        visit::visit_item_fn(self, item);
    }
    fn visit_impl_item_fn(&mut self, item: &'a syn::ImplItemFn) {
        self.push(item, &item.block);
    }
    fn visit_trait_item_fn(&mut self, item: &'a syn::TraitItemFn) {
        if let Some(body) = &item.default {
            self.push(item, body);
        }
    }
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// The platform that this is compiled on, as cargo calls it.
fn host() -> String {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    let version = Command::new(rustc).arg("-vV").output().expect("rustc");
    let text = String::from_utf8(version.stdout).expect("text");
    text.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host").to_owned()
}

/// Where cargo keeps the source of a dependency of this package. Those of other platforms alone may not be
/// there, and are not asked for.
fn source_of(name: &str) -> PathBuf {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let metadata = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--offline", "--filter-platform", &host()])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo");
    let text = String::from_utf8(metadata.stdout).expect("text");
    let manifests = text.split("\"manifest_path\":\"").skip(1);
    let mut folders = manifests.filter_map(|rest| Path::new(rest.split('"').next()?).parent());
    let is_wanted = |folder: &&Path| {
        let folder = folder.file_name().and_then(|f| f.to_str()).unwrap_or_default();
        let version = folder.strip_prefix(name).and_then(|rest| rest.strip_prefix('-'));
        version.is_some_and(|version| version.starts_with(|c: char| c.is_ascii_digit()))
    };
    folders.find(is_wanted).unwrap_or_else(|| panic!("no source of {name}")).join("src")
}

/// The stream with one token changed somewhere.
fn mutant(stream: TokenStream, random: &mut Random) -> TokenStream {
    let mut trees: Vec<TokenTree> = stream.into_iter().collect();
    let groups: Vec<usize> =
        (0..trees.len()).filter(|i| matches!(trees[*i], TokenTree::Group(_))).collect();
    // The signature seldom, the body mostly.
    if !groups.is_empty() && random.chance(85) {
        let at = if random.chance(70) { groups[groups.len() - 1] } else { random.pick(&groups) };
        let TokenTree::Group(group) = &trees[at] else { unreachable!("a group") };
        let mut changed = Group::new(group.delimiter(), mutant(group.stream(), random));
        changed.set_span(group.span());
        trees[at] = changed.into();
        return trees.into_iter().collect();
    }
    if trees.is_empty() {
        return TokenStream::new();
    }
    let (at, other) = (random.below(trees.len()), random.below(trees.len()));
    match random.below(6) {
        0 => drop(trees.remove(at)),
        1 => trees.truncate(at),
        2 => trees.swap(at, other),
        3 => trees.insert(at, trees[other].clone()),
        4 => trees[at] = trees[other].clone(),
        _ => {
            // A whole statement, as far as semicolons tell.
            let ends = |tree: &TokenTree| matches!(tree, TokenTree::Punct(p) if p.as_char() == ';');
            let from = trees[..at].iter().rposition(ends).map_or(0, |i| i + 1);
            let to = trees[at..].iter().position(ends).map_or(trees.len(), |i| at + i + 1);
            trees.drain(from..to);
        }
    }
    trees.into_iter().collect()
}

/// Expands the functions of a file and their mutants; gives what panicked.
fn expand_file(path: &Path, now: &dyn Fn(String)) -> (usize, Vec<String>) {
    let text = fs::read_to_string(path).expect("text");
    let Ok(file) = syn::parse_file(&text) else { return (0, Vec::new()) };
    let mut functions = Functions(Vec::new());
    functions.visit_file(&file);
    let (mut count, mut panics) = (0, Vec::new());
    for (at, function) in functions.0.iter().enumerate() {
        for round in 0..=MUTANTS {
            let mut item = function.clone();
            let mut random = Random::new(at as u64 * 1000 + round);
            for _ in 0..round.min(3) {
                item = mutant(item, &mut random);
            }
            now(format!("{}: {item}", path.display()));
            count += 1;
            if let Some(message) = expand(&item) {
                panics.push(format!("{}\n{item}\n{message}", path.display()));
            }
        }
    }
    (count, panics)
}

/// Expands all functions of a list of files on several threads, with an eye on the clock.
fn expand_all(files: Vec<PathBuf>, at_least: usize) {
    std::panic::set_hook(Box::new(|_| {}));
    let files = Mutex::new(files);
    let now = [Mutex::new(String::new()), Mutex::new(String::new())];
    let (sender, receiver) = channel();
    let (mut count, mut panics) = (0, Vec::new());
    thread::scope(|scope| {
        for now in &now {
            let (files, sender) = (&files, sender.clone());
            let work = move || {
                loop {
                    let Some(path) = files.lock().expect("files").pop() else { break };
                    let tell = |what: String| {
                        *now.lock().expect("a text") = what;
                        sender.send(None).expect("a receiver");
                    };
                    let found = expand_file(&path, &tell);
                    sender.send(Some(found)).expect("a receiver");
                }
                now.lock().expect("a text").clear();
            };
            thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).expect("a thread");
        }
        drop(sender);
        loop {
            match receiver.recv_timeout(PATIENCE) {
                Ok(None) => {}
                Ok(Some((expanded, found))) => {
                    count += expanded;
                    panics.extend(found);
                }
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    eprintln!("too long in one of {now:#?}");
                    std::process::exit(1);
                }
            }
        }
    });
    drop(std::panic::take_hook());
    assert!(panics.is_empty(), "{} panics of {count}:\n\n{}", panics.len(), panics.join("\n\n"));
    assert!(count >= at_least, "{count} functions");
}

#[test]
fn on_functions_of_the_tests() {
    let mut files = Vec::new();
    rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../gradients"), &mut files);
    expand_all(files, 1000);
}

#[test]
fn on_functions_of_real_crates() {
    let mut files = Vec::new();
    for name in ["num-traits", "statrs", "nalgebra"] {
        rust_files(&source_of(name), &mut files);
    }
    expand_all(files, 10_000);
}

/// Code that a program wrote nests deeper than a person's.
#[test]
fn on_deep_nesting() {
    let deep = |open: &str, inner: &str, close: &str, depth: usize| {
        format!("{}{inner}{}", open.repeat(depth), close.repeat(depth))
    };
    let bodies = [
        deep("(", "x", ")", 100),
        deep("{ ", "x", " }", 100),
        deep("-", "x", "", 100),
        deep("", "x", " + x", 400),
        deep("(x * ", "x", ")", 100),
        deep("", "x", ".sin()", 400),
        deep("f64::sin(", "x", ")", 100),
        deep("if x > 0.0 { ", "x", " } else { 0.0 }", 60),
        deep("match n { 0 => ", "x", ", _ => 1.0 }", 60),
        deep("[", "x", "][0]", 60),
        deep("(|y: f64| ", "x", ")(x)", 40),
        format!("let mut s = x; {} s", deep("for _ in 0..n { ", "s *= x;", " }", 30)),
        format!("let mut s = x; {} s", deep("", "s = s.sin() * x;", " s += x;", 1000)),
        format!("let mut s = x; {} s", deep("while s < 1.0 { ", "s *= x;", " }", 30)),
        format!("let mut s = x; {} s", deep("if n > 1 { ", "s *= x;", " }", 60)),
    ];
    let work = move || {
        for body in bodies {
            let text = format!("fn f(x: f64, n: usize) -> f64 {{ {body} }}");
            let item: TokenStream = text.parse().expect("tokens");
            assert_eq!(expand(&item), None, "{text}");
        }
    };
    thread::Builder::new()
        .stack_size(STACK)
        .spawn(work)
        .expect("a thread")
        .join()
        .expect("no panic");
}
