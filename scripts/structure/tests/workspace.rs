//! The sources of this workspace pass the checks.

use structure::{SOURCE_FOLDERS, columns, cycles, rust_files, workspace_root};

#[test]
fn no_crate_has_modules_in_a_circle() {
    let root = workspace_root();
    let mut found = String::new();
    let mut modules = 0;
    for folder in SOURCE_FOLDERS {
        let report = cycles::check(&root.join(folder)).unwrap();
        modules += report.modules;
        if report.circles > 0 {
            found.push_str(&format!("{folder}:\n{}", report.text));
        }
    }
    assert!(modules > 300, "only {modules} modules were read");
    assert!(found.is_empty(), "{found}");
}

#[test]
fn no_comment_is_longer_than_a_line_may_be() {
    let root = workspace_root();
    let mut found = Vec::new();
    for file in rust_files(&root).unwrap() {
        for line in columns::long_comments(&std::fs::read_to_string(&file).unwrap()) {
            found.push(format!("{}:{line}", file.strip_prefix(&root).unwrap().display()));
        }
    }
    assert!(found.is_empty(), "beyond {} columns: {found:#?}", columns::MAX_COLUMNS);
}

#[test]
fn every_source_folder_of_the_workspace_is_in_the_list() {
    let manifest = std::fs::read_to_string(workspace_root().join("Cargo.toml")).unwrap();
    let members = manifest.lines().find_map(|line| line.strip_prefix("members = [")).unwrap();
    for member in members.split('"').skip(1).step_by(2) {
        assert!(SOURCE_FOLDERS.contains(&format!("{member}/src").as_str()), "{member}");
    }
}
