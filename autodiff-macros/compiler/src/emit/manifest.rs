//! Under which name the user's `Cargo.toml` has the facade.
//!
//! Reads just so much TOML as the tables of dependencies take: a user's build is spared a parser.

use std::path::{Path, PathBuf};

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

const PACKAGE: &str = "package=\"autodiff\"";
const INHERITED: &str = "workspace=true";

/// The path under which the crate that is being compiled knows the facade; none if it is its own.
pub fn facade_path() -> Option<TokenStream> {
    let name = Ident::new(&facade_name()?, Span::call_site());
    Some(quote!(::#name))
}

/// The name under which the crate that is being compiled knows the facade; none if it is its own, or
/// if cargo is not there to say which crate that is.
fn facade_name() -> Option<String> {
    let folder = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR")?);
    let manifest = Manifest::read(&folder)?;
    let name = manifest.renamed().or_else(|| {
        let root = folder.ancestors().filter_map(Manifest::read).find(|m| m.is_workspace)?;
        manifest.renamed_by(&root)
    })?;
    Some(name.replace('-', "_"))
}

/// What a manifest says of dependencies.
#[derive(Debug, Default)]
struct Manifest {
    is_workspace: bool,
    /// Names, and what is set for each; one may appear several times.
    own: Vec<(String, String)>,
    /// The same of `[workspace.dependencies]`.
    shared: Vec<(String, String)>,
}

impl Manifest {
    fn read(folder: &Path) -> Option<Self> {
        std::fs::read_to_string(folder.join("Cargo.toml")).ok().map(|text| Self::parse(&text))
    }

    fn parse(text: &str) -> Self {
        let mut manifest = Self::default();
        let mut table = String::new();
        for line in statements(text) {
            if let Some(header) = line.strip_prefix('[') {
                table = header.trim_matches(['[', ']']).to_owned();
                manifest.is_workspace |= table == "workspace" || table.starts_with("workspace.");
                continue;
            }
            // `[dependencies]` with `name = ..` or `name.key = ..`, or `[dependencies.name]`.
            let Some((before, after)) = table.rsplit_once("dependencies") else { continue };
            let (name, setting) = match after.strip_prefix('.') {
                Some(name) => (name, line.as_str()),
                None if after.is_empty() => {
                    let end = line.find(['.', '=']).unwrap_or(line.len());
                    (&line[..end], &line[end + 1..])
                }
                None => continue,
            };
            let entry = (name.trim_matches('"').to_owned(), setting.to_owned());
            let shared = before == "workspace.";
            if shared { manifest.shared.push(entry) } else { manifest.own.push(entry) }
        }
        manifest
    }

    /// The facade's name, where this manifest gives it.
    fn renamed(&self) -> Option<String> {
        self.own.iter().find(|(_, setting)| setting.contains(PACKAGE)).map(|(name, _)| name.clone())
    }

    /// The facade's name, where this manifest takes it from that of its workspace.
    fn renamed_by(&self, root: &Self) -> Option<String> {
        let inherited = self.own.iter().filter(|(_, setting)| setting.contains(INHERITED));
        let renames =
            |name: &str| root.shared.iter().any(|(n, s)| n == name && s.contains(PACKAGE));
        inherited.map(|(name, _)| name).find(|name| renames(name)).cloned()
    }
}

/// The lines without comments and white space, one for each value that is open over several, and
/// with one kind of quotes.
fn statements(text: &str) -> Vec<String> {
    let mut statements = Vec::new();
    let mut statement = String::new();
    let mut open = 0_usize;
    for line in text.lines() {
        let mut quote = None;
        let header = statement.is_empty() && line.trim_start().starts_with('[');
        for c in line.chars() {
            match (quote, c) {
                (Some(q), c) if q == c => quote = None,
                (None, '"' | '\'') => quote = Some(c),
                (None, '#') => break,
                (None, '[' | '{') if !header => open += 1,
                (None, ']' | '}') if !header => open = open.saturating_sub(1),
                _ => {}
            }
            match c {
                '\'' => statement.push('"'),
                c if c.is_whitespace() => {}
                c => statement.push(c),
            }
        }
        if open == 0 && !statement.is_empty() {
            statements.push(std::mem::take(&mut statement));
        }
    }
    statements
}

#[cfg(test)]
mod tests {
    use super::*;

    fn renamed(manifest: &str) -> Option<String> {
        Manifest::parse(manifest).renamed()
    }

    #[test]
    fn finds_the_name() {
        let found = [
            "[dependencies]\nad = { version = \"0.1\", package = \"autodiff\" }",
            "[dependencies]\nad={package='autodiff',path='#/autodiff'} # renamed",
            "[dependencies]\n\"ad\" = { features = [\n  \"a\", # one\n], package = \"autodiff\" }",
            "[dependencies]\nad.version = \"0.1\"\nad.package = \"autodiff\"",
            "[dependencies.ad]\npackage = \"autodiff\" # renamed",
            "[dev-dependencies]\nserde = \"1\"\nad = { package = \"autodiff\", path = \"..\" }",
            "[target.'cfg(all(unix, target_arch = \"x86_64\"))'.dependencies]\nad = { package = \"autodiff\" }",
            "[target.x86_64-unknown-linux-gnu.dev-dependencies.ad]\nversion = \"0.1\"\npackage = \"autodiff\"",
        ];
        for manifest in found {
            assert_eq!(renamed(manifest).as_deref(), Some("ad"), "{manifest}");
        }
    }

    #[test]
    fn finds_nothing_where_there_is_nothing() {
        let not_found = [
            "[dependencies]\nautodiff = \"0.1\"",
            "[dependencies]\nad = { package = \"autodiff2\" }",
            "[dependencies]\n# ad = { package = \"autodiff\" }",
            "[package.metadata.tool]\nad = { package = \"autodiff\" }",
            "[workspace.dependencies]\nad = { package = \"autodiff\" }",
            "[package]\nname = \"autodiff\"\n",
        ];
        for manifest in not_found {
            assert_eq!(renamed(manifest), None, "{manifest}");
        }
    }

    #[test]
    fn finds_the_name_in_the_workspace() {
        let root = Manifest::parse(
            "[workspace]\nmembers = [\n  \"a\",\n]\n[workspace.dependencies]\nad = { package = \"autodiff\" }\nserde = \"1\"",
        );
        assert!(root.is_workspace);
        let members = [
            "[dependencies]\nserde.workspace = true\nad.workspace = true",
            "[dependencies]\nad = { workspace = true, features = [\"a\"] }",
            "[dev-dependencies.ad]\nworkspace = true",
        ];
        for member in members {
            let member = Manifest::parse(member);
            assert_eq!(member.renamed_by(&root).as_deref(), Some("ad"), "{member:?}");
        }
        let other = Manifest::parse("[dependencies]\nserde.workspace = true\nad = \"1\"");
        assert_eq!(other.renamed_by(&root), None);
    }
}
