//! From a path to the modules that define what it names.

use std::collections::BTreeSet;

use crate::source::{Crate, ModuleId};

/// What a path can name inside the crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    Module(ModuleId),
    /// An item, by the module that defines it.
    Item(ModuleId),
}

/// Lookups under way, so that imports of each other end.
type Visited = BTreeSet<(ModuleId, String)>;

impl Crate {
    /// What `segments`, written in `module`, name. Empty for what lies outside of the crate.
    pub fn resolve(&self, module: ModuleId, segments: &[String]) -> BTreeSet<Target> {
        self.resolve_path(module, segments, &mut Visited::new())
    }

    fn resolve_path(&self, module: ModuleId, segments: &[String], visited: &mut Visited) -> BTreeSet<Target> {
        let Some((first, rest)) = segments.split_first() else { return BTreeSet::new() };
        let mut targets: BTreeSet<Target> = match first.as_str() {
            "crate" => [Target::Module(0)].into(),
            "self" => [Target::Module(module)].into(),
            "super" => self.modules[module].parent.map(Target::Module).into_iter().collect(),
            name => self.lookup(module, name, visited),
        };
        for name in rest {
            let modules: Vec<ModuleId> = targets
                .iter()
                .filter_map(|target| match target {
                    Target::Module(id) => Some(*id),
                    Target::Item(_) => None,
                })
                .collect();
            if modules.is_empty() {
                // A variant or an associated item: what defines it is the type.
                return targets;
            }
            targets = modules
                .into_iter()
                .flat_map(|id| {
                    // `super::super`, `self::super`.
                    if name == "super" {
                        return self.modules[id].parent.map(Target::Module).into_iter().collect();
                    }
                    let found = self.lookup(id, name, visited);
                    // What a macro makes cannot be read from tokens; it lies no deeper than here.
                    if found.is_empty() { [Target::Item(id)].into() } else { found }
                })
                .collect();
        }
        targets
    }

    fn lookup(&self, id: ModuleId, name: &str, visited: &mut Visited) -> BTreeSet<Target> {
        if !visited.insert((id, name.to_owned())) {
            return BTreeSet::new();
        }
        let module = &self.modules[id];
        let mut found: BTreeSet<Target> =
            module.children.get(name).into_iter().flatten().map(|child| Target::Module(*child)).collect();
        if module.items.contains(name) {
            found.insert(Target::Item(id));
        }
        for import in module.imports.get(name).into_iter().flatten() {
            found.extend(self.resolve_path(id, &import.segments, visited));
        }
        if found.is_empty() {
            for glob in &module.globs {
                let opened = self.resolve_path(id, &glob.segments, visited);
                for target in opened {
                    if let Target::Module(opened) = target {
                        found.extend(self.lookup(opened, name, visited));
                    }
                }
            }
        }
        if found.is_empty() && module.macro_items.contains(name) {
            found.insert(Target::Item(id));
        }
        visited.remove(&(id, name.to_owned()));
        found
    }

    /// Names that `use module::*` brings along.
    pub fn names_of(&self, id: ModuleId) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        let mut modules = vec![id];
        let mut seen = BTreeSet::new();
        while let Some(id) = modules.pop() {
            if !seen.insert(id) {
                continue;
            }
            let module = &self.modules[id];
            names.extend(module.items.iter().cloned());
            names.extend(module.macro_items.iter().cloned());
            names.extend(module.imports.keys().cloned());
            names.extend(module.children.keys().cloned());
            for glob in &module.globs {
                for target in self.resolve(id, &glob.segments) {
                    if let Target::Module(opened) = target {
                        modules.push(opened);
                    }
                }
            }
        }
        names
    }
}
