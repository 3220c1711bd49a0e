//! `use` declarations: groups, renames, globs.

use crate::{
    source::{Crate, ModuleId, PathUse},
    tokens::{self, Located, Token},
};

impl Crate {
    /// Takes in the tree after `use`; `prefix` is the path before a group.
    pub(crate) fn use_tree(&mut self, id: ModuleId, tree: &[Located], prefix: &[String]) {
        let mut segments = prefix.to_vec();
        let mut at = 0;
        let line = tree.first().map_or(0, |t| t.line);
        while at < tree.len() {
            match &tree[at].token {
                Token::Ident(word) if word == "as" => {
                    let name = tree.get(at + 1).and_then(Located::ident).unwrap_or("_").to_owned();
                    return self.import(id, segments, line, name);
                }
                Token::Ident(word) => segments.push(word.clone()),
                Token::Punct('*') => {
                    self.modules[id].globs.push(PathUse { segments, line });
                    return;
                }
                Token::Open(_) => {
                    let inside = &tree[at + 1..tokens::after_group(tree, at) - 1];
                    for branch in branches(inside) {
                        self.use_tree(id, branch, &segments);
                    }
                    return;
                }
                _ => {}
            }
            at += 1;
        }
        if let Some(name) = segments.last().cloned() {
            self.import(id, segments, line, name);
        }
    }

    fn import(&mut self, id: ModuleId, mut segments: Vec<String>, line: usize, mut name: String) {
        if segments.len() > 1 && segments.last().is_some_and(|last| last == "self") {
            segments.pop();
            if name == "self" {
                name = segments.last().cloned().unwrap_or_default();
            }
        }
        self.modules[id].imports.entry(name).or_default().push(PathUse { segments, line });
    }
}

/// The parts of a `use` group between its commas.
fn branches(tokens: &[Located]) -> Vec<&[Located]> {
    let mut parts = Vec::new();
    let (mut start, mut depth) = (0, 0usize);
    for (at, located) in tokens.iter().enumerate() {
        match located.token {
            Token::Open(_) => depth += 1,
            Token::Close(_) => depth -= 1,
            Token::Punct(',') if depth == 0 => {
                parts.push(&tokens[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&tokens[start..]);
    parts.retain(|part| !part.is_empty());
    parts
}
