//! Circles among the modules of a crate.
//!
//! A node is a file. File A has an edge to file B when A names something that B defines: in a `use`, in a path, or as a
//! macro. A path leads to where the item is defined, through any number of re-exports; `mod x;` alone is no edge, but
//! `pub use x::Y` is. Code for tests does not count.
//!
//! Not seen, because nothing in the tokens names the other file: calls of methods, and items that a macro makes (these
//! count as defined where the macro is called).

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    path::{Path, PathBuf},
};

use crate::{
    resolve::Target,
    source::{Crate, FileId, ModuleId, PathUse, SourceError},
};

/// Where one file uses another: the first place, and how many there are.
#[derive(Clone, Debug)]
pub struct Edge {
    pub line: usize,
    pub path: String,
    pub uses: usize,
}

/// The graph of one crate.
#[derive(Debug)]
pub struct Graph {
    pub files: Vec<PathBuf>,
    pub edges: BTreeMap<FileId, BTreeMap<FileId, Edge>>,
}

/// The roots of the crates in a source folder: its library, its program, and each program in `bin/`.
///
/// # Errors
///
/// When `bin/` cannot be read.
pub fn crate_roots(folder: &Path) -> Result<Vec<PathBuf>, SourceError> {
    let mut roots: Vec<PathBuf> =
        ["lib.rs", "main.rs"].iter().map(|name| folder.join(name)).filter(|path| path.is_file()).collect();
    let programs = folder.join("bin");
    if programs.is_dir() {
        let unreadable = |error: std::io::Error| SourceError::Unreadable(programs.clone(), error.to_string());
        for entry in std::fs::read_dir(&programs).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            let main = path.join("main.rs");
            if main.is_file() {
                roots.push(main);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                roots.push(path);
            }
        }
    }
    roots.sort();
    Ok(roots)
}

impl Graph {
    /// The graph of the crate with this root file.
    ///
    /// # Errors
    ///
    /// As [`Crate::read`].
    pub fn of(root: &Path) -> Result<Graph, SourceError> {
        let sources = Crate::read(root)?;
        let mut graph = Graph { files: sources.files.clone(), edges: BTreeMap::new() };
        for id in 0..sources.modules.len() {
            graph.add_module(&sources, id);
        }
        Ok(graph)
    }

    fn add_module(&mut self, sources: &Crate, id: ModuleId) {
        let module = &sources.modules[id];
        for path in module.imports.values().flatten().chain(&module.paths) {
            // A module that is only named is used where a path goes through it.
            for target in sources.resolve(id, &path.segments) {
                if let Target::Item(target) = target {
                    self.add(sources, id, target, path);
                }
            }
        }
        for glob in &module.globs {
            for target in sources.resolve(id, &glob.segments) {
                match target {
                    Target::Item(target) => self.add(sources, id, target, glob),
                    Target::Module(opened) => self.add_glob(sources, id, opened, glob),
                }
            }
        }
        for call in &module.macro_calls {
            let name = &call.segments[0];
            if module.imports.contains_key(name) {
                continue;
            }
            for target in sources.macros.get(name).into_iter().flatten() {
                self.add(sources, id, *target, call);
            }
        }
    }

    /// Of a glob, the names that the file uses; `pub use …::*` re-exports all of them.
    fn add_glob(&mut self, sources: &Crate, id: ModuleId, opened: ModuleId, glob: &PathUse) {
        let module = &sources.modules[id];
        for name in sources.names_of(opened) {
            if !module.idents.contains_key(&name) {
                continue;
            }
            let mut segments = glob.segments.clone();
            segments.push(name);
            let path = PathUse { segments, line: glob.line };
            for target in sources.resolve(id, &path.segments) {
                if let Target::Item(target) = target {
                    self.add(sources, id, target, &path);
                }
            }
        }
    }

    fn add(&mut self, sources: &Crate, from: ModuleId, to: ModuleId, path: &PathUse) {
        let (from, to) = (sources.modules[from].file, sources.modules[to].file);
        if from == to {
            return;
        }
        let edge = self.edges.entry(from).or_default().entry(to).or_insert_with(|| Edge {
            line: path.line,
            path: path.to_string(),
            uses: 0,
        });
        edge.uses += 1;
    }

    /// The strongly connected components of more than one file, the largest first.
    pub fn circles(&self) -> Vec<Vec<FileId>> {
        let reached: Vec<BTreeSet<FileId>> = (0..self.files.len()).map(|file| self.reached_from(file)).collect();
        let mut taken = BTreeSet::new();
        let mut circles = Vec::new();
        for file in 0..self.files.len() {
            if taken.contains(&file) {
                continue;
            }
            let circle: Vec<FileId> =
                reached[file].iter().copied().filter(|other| reached[*other].contains(&file)).collect();
            if circle.len() > 1 {
                taken.extend(circle.iter().copied());
                circles.push(circle);
            }
        }
        circles.sort_by_key(|circle| std::cmp::Reverse(circle.len()));
        circles
    }

    fn reached_from(&self, start: FileId) -> BTreeSet<FileId> {
        let mut reached = BTreeSet::new();
        let mut open = vec![start];
        while let Some(file) = open.pop() {
            for next in self.edges.get(&file).into_iter().flat_map(BTreeMap::keys) {
                if reached.insert(*next) {
                    open.push(*next);
                }
            }
        }
        reached
    }

    /// The edges inside a circle, one a line, paths relative to `base`.
    pub fn describe(&self, circle: &[FileId], base: &Path) -> String {
        let name =
            |file: FileId| self.files[file].strip_prefix(base).unwrap_or(&self.files[file]).display().to_string();
        let mut text = String::new();
        for from in circle {
            for (to, edge) in self.edges.get(from).into_iter().flatten().filter(|(to, _)| circle.contains(to)) {
                let more = if edge.uses > 1 { format!(" (and {} more)", edge.uses - 1) } else { String::new() };
                let _ = writeln!(text, "  {}:{} -> {} by {}{more}", name(*from), edge.line, name(*to), edge.path);
            }
        }
        text
    }
}

/// What was found in one source folder.
#[derive(Debug, Default)]
pub struct Report {
    pub circles: usize,
    pub modules_in_circles: usize,
    pub modules: usize,
    pub text: String,
}

/// Looks for circles in every crate of a source folder.
///
/// # Errors
///
/// When a file cannot be read, or the folder holds no crate.
pub fn check(folder: &Path) -> Result<Report, SourceError> {
    let roots = crate_roots(folder)?;
    if roots.is_empty() {
        return Err(SourceError::Unreadable(folder.to_owned(), "there is no lib.rs, main.rs or bin/ here".to_owned()));
    }
    let mut report = Report::default();
    for root in roots {
        let graph = Graph::of(&root)?;
        report.modules += graph.files.len();
        for circle in graph.circles() {
            report.circles += 1;
            report.modules_in_circles += circle.len();
            let _ = writeln!(report.text, "circle of {} modules:", circle.len());
            report.text.push_str(&graph.describe(&circle, folder));
        }
    }
    Ok(report)
}
