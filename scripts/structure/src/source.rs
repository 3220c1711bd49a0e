//! The modules of a crate: what each defines, imports and names by path.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, fs,
    path::{Path, PathBuf},
};

use crate::tokens::{self, Located, Token};

/// Index of a module in [`Crate::modules`].
pub type ModuleId = usize;
/// Index of a file in [`Crate::files`].
pub type FileId = usize;

/// A path as written: `crate::a::B`, `super::c`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathUse {
    pub segments: Vec<String>,
    pub line: usize,
}

impl fmt::Display for PathUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.segments.join("::"))
    }
}

#[derive(Debug)]
pub struct Module {
    pub file: FileId,
    pub parent: Option<ModuleId>,
    pub children: BTreeMap<String, Vec<ModuleId>>,
    pub items: BTreeSet<String>,
    /// Names given to a macro between items: what it makes may bear them.
    pub macro_items: BTreeSet<String>,
    /// Name in this module → what a `use` binds it to.
    pub imports: BTreeMap<String, Vec<PathUse>>,
    /// Targets of `use …::*`.
    pub globs: Vec<PathUse>,
    /// Every path of more than one segment, outside of `use`.
    pub paths: Vec<PathUse>,
    /// Names of called macros: `name!`.
    pub macro_calls: Vec<PathUse>,
    /// Every identifier, to see which names of a glob are used.
    pub idents: BTreeMap<String, usize>,
}

#[derive(Debug)]
pub struct Crate {
    pub files: Vec<PathBuf>,
    pub modules: Vec<Module>,
    /// `macro_rules!` name → module.
    pub macros: BTreeMap<String, Vec<ModuleId>>,
}

/// Where the source of a module is, and the files of its children.
#[derive(Clone, Copy)]
struct SourceLocation<'a> {
    file: FileId,
    children_folder: &'a Path,
}

/// Why the modules of a crate cannot be read.
#[derive(Debug)]
pub enum SourceError {
    Unreadable(PathBuf, String),
    /// A `mod` line without a file.
    NoFile {
        module: String,
        declared_in: PathBuf,
    },
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SourceError::Unreadable(path, why) => write!(f, "{} cannot be read: {why}", path.display()),
            SourceError::NoFile { module, declared_in } => {
                write!(f, "{} declares the module {module}, which has no file", declared_in.display())
            }
        }
    }
}

impl std::error::Error for SourceError {}

impl Crate {
    /// Reads the crate whose root is the file `root` (`lib.rs`, `main.rs`, a file in `bin/`).
    ///
    /// # Errors
    ///
    /// When a file cannot be read or lexed, or a declared module has no file.
    pub fn read(root: &Path) -> Result<Crate, SourceError> {
        let mut read = Crate { files: Vec::new(), modules: Vec::new(), macros: BTreeMap::new() };
        let folder = root.parent().unwrap_or(Path::new("")).to_owned();
        read.file_module(root, &folder, None)?;
        Ok(read)
    }

    /// Adds the module of `path`; files of its children lie in `children_folder`.
    fn file_module(
        &mut self,
        path: &Path,
        children_folder: &Path,
        parent: Option<ModuleId>,
    ) -> Result<ModuleId, SourceError> {
        let unreadable = |why: String| SourceError::Unreadable(path.to_owned(), why);
        let text = fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
        let tokens = tokens::read(&text).map_err(|error| unreadable(error.to_string()))?;
        let file = self.files.len();
        self.files.push(path.to_owned());
        self.module(&tokens, SourceLocation { file, children_folder }, parent)
    }

    fn module(
        &mut self,
        tokens: &[Located],
        location: SourceLocation<'_>,
        parent: Option<ModuleId>,
    ) -> Result<ModuleId, SourceError> {
        let id = self.modules.len();
        self.modules.push(Module {
            file: location.file,
            parent,
            children: BTreeMap::new(),
            items: BTreeSet::new(),
            macro_items: BTreeSet::new(),
            imports: BTreeMap::new(),
            globs: Vec::new(),
            paths: Vec::new(),
            macro_calls: Vec::new(),
            idents: BTreeMap::new(),
        });
        let mut path_attribute = None;
        let mut depth = 0usize;
        let mut at = 0;
        while at < tokens.len() {
            let next_ident = |n: usize| tokens.get(at + n).and_then(Located::ident);
            match &tokens[at].token {
                Token::Open(_) => depth += 1,
                Token::Close(_) => depth = depth.saturating_sub(1),
                Token::Punct('#') if tokens::is_attribute(tokens, at) => {
                    let end = tokens::after_group(tokens, at + 1);
                    let attribute = &tokens[at + 2..end - 1];
                    if attribute.first().is_some_and(|t| t.is_ident("path")) {
                        path_attribute = attribute.iter().find_map(string_of);
                    }
                    self.attribute(id, attribute);
                    at = end;
                    continue;
                }
                Token::Ident(word) if word == "use" && !follows_dot(tokens, at) => {
                    let end = (at..tokens.len()).find(|n| tokens[*n].is(&Token::Punct(';'))).unwrap_or(tokens.len());
                    // `use` also occurs in `impl Trait + use<'a>`, which imports nothing.
                    if !tokens.get(at + 1).is_some_and(|t| t.is(&Token::Punct('<'))) {
                        self.use_tree(id, &tokens[at + 1..end], &[]);
                        at = end;
                        continue;
                    }
                }
                Token::Ident(word) if word == "mod" && depth == 0 => {
                    if let Some(name) = next_ident(1).map(ToOwned::to_owned) {
                        at = self.child(id, &name, tokens, at + 2, location, path_attribute.take())?;
                        continue;
                    }
                }
                Token::Ident(word) if word == "macro_rules" => {
                    if let Some(name) = next_ident(2) {
                        self.macros.entry(name.to_owned()).or_default().push(id);
                    }
                }
                Token::Ident(_) if depth == 0 && tokens.get(at + 1).is_some_and(|t| t.is(&Token::Punct('!'))) => {
                    let end = tokens::after_group(tokens, at + 2);
                    let names = tokens[at + 2..end].iter().filter_map(Located::ident).map(ToOwned::to_owned);
                    self.modules[id].macro_items.extend(names);
                }
                Token::Ident(word)
                    if depth == 0
                        && ["fn", "struct", "enum", "union", "trait", "type", "static", "const"]
                            .contains(&word.as_str()) =>
                {
                    let skip = if next_ident(1) == Some("mut") { 2 } else { 1 };
                    if let Some(name) = next_ident(skip) {
                        self.modules[id].items.insert(name.to_owned());
                    }
                }
                _ => {}
            }
            at = self.path_at(id, tokens, at);
        }
        Ok(id)
    }

    /// Takes in the child `name`, whose body or semicolon is at `at`; returns the index after it.
    fn child(
        &mut self,
        parent: ModuleId,
        name: &str,
        tokens: &[Located],
        at: usize,
        location: SourceLocation<'_>,
        path_attribute: Option<String>,
    ) -> Result<usize, SourceError> {
        let SourceLocation { file, children_folder } = location;
        let below = children_folder.join(name);
        let (child, end) = if tokens.get(at).is_some_and(|t| t.is(&Token::Open('{'))) {
            let end = tokens::after_group(tokens, at);
            (
                self.module(&tokens[at + 1..end - 1], SourceLocation { file, children_folder: &below }, Some(parent))?,
                end,
            )
        } else {
            let (path, folder) = match path_attribute {
                Some(relative) => {
                    let path = self.files[file].parent().unwrap_or(Path::new("")).join(relative);
                    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
                    (path, folder)
                }
                None => {
                    let plain = children_folder.join(format!("{name}.rs"));
                    let path = if plain.is_file() { plain } else { below.join("mod.rs") };
                    (path, below)
                }
            };
            if !path.is_file() {
                let declared_in = self.files[file].clone();
                return Err(SourceError::NoFile { module: name.to_owned(), declared_in });
            }
            (self.file_module(&path, &folder, Some(parent))?, at + 1)
        };
        self.modules[parent].children.entry(name.to_owned()).or_default().push(child);
        Ok(end)
    }

    /// Paths in an attribute, and those that serde takes as strings (`#[serde(with = "crate::a")]`).
    fn attribute(&mut self, id: ModuleId, attribute: &[Located]) {
        let mut at = 0;
        while at < attribute.len() {
            at = self.path_at(id, attribute, at);
        }
        if !attribute.iter().any(|t| t.is_ident("serde")) {
            return;
        }
        for literal in attribute {
            let Some(text) = string_of(literal).filter(|text| text.contains("::")) else { continue };
            let segments = text.split("::").map(ToOwned::to_owned).collect();
            self.modules[id].paths.push(PathUse { segments, line: literal.line });
        }
    }

    /// Notes the path or identifier at `at`, if there is one; returns the index to go on at.
    fn path_at(&mut self, id: ModuleId, tokens: &[Located], at: usize) -> usize {
        let Some(first) = tokens[at].ident() else { return at + 1 };
        let line = tokens[at].line;
        let module = &mut self.modules[id];
        module.idents.entry(first.to_owned()).or_insert(line);
        // A field, a method, or a path that starts outside of this crate (`::std`).
        if follows_dot(tokens, at) || at > 0 && tokens[at - 1].is(&Token::PathSep) {
            return at + 1;
        }
        let mut segments = vec![first.to_owned()];
        let mut end = at + 1;
        while tokens.get(end).is_some_and(|t| t.is(&Token::PathSep)) {
            let Some(next) = tokens.get(end + 1).and_then(Located::ident) else { break };
            segments.push(next.to_owned());
            module.idents.entry(next.to_owned()).or_insert(line);
            end += 2;
        }
        // `pub(in crate::a)` names a module and uses nothing of it.
        let is_visibility = at > 0 && tokens[at - 1].is_ident("in") && at > 2 && tokens[at - 3].is_ident("pub");
        if segments.len() > 1 && !is_visibility {
            module.paths.push(PathUse { segments, line });
        } else if tokens.get(end).is_some_and(|t| t.is(&Token::Punct('!'))) {
            module.macro_calls.push(PathUse { segments, line });
        }
        end
    }
}

fn follows_dot(tokens: &[Located], at: usize) -> bool {
    let dot = |n: usize| tokens[n].is(&Token::Punct('.'));
    // After `..` a path may begin (`0..crate::LIMIT`).
    at > 0 && dot(at - 1) && !(at > 1 && dot(at - 2))
}

/// The text of a plain string literal.
fn string_of(located: &Located) -> Option<String> {
    match &located.token {
        Token::Literal(text) => Some(text.strip_prefix('"')?.strip_suffix('"')?.to_owned()),
        _ => None,
    }
}
