//! `structure` checks the whole workspace; `structure FOLDER…` looks for circles in the crates of these source folders.
//! It ends with status 1 when it found something.

use std::{
    env,
    path::{Path, PathBuf},
    process::ExitCode,
};

use structure::{SOURCE_FOLDERS, columns, cycles, rust_files, workspace_root};

fn main() -> ExitCode {
    let folders: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let root = workspace_root();
    let clean = if folders.is_empty() {
        let circles =
            SOURCE_FOLDERS.iter().map(|folder| has_no_circles(&root.join(folder), folder)).collect::<Vec<_>>();
        circles.into_iter().all(|clean| clean) & has_no_long_comments(&root)
    } else {
        let circles =
            folders.iter().map(|folder| has_no_circles(folder, &folder.to_string_lossy())).collect::<Vec<_>>();
        circles.into_iter().all(|clean| clean)
    };
    if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn has_no_circles(folder: &Path, name: &str) -> bool {
    match cycles::check(folder) {
        Ok(report) => {
            print!("{}", report.text);
            println!(
                "{name}: {} modules, {} circles with {} modules in them",
                report.modules, report.circles, report.modules_in_circles
            );
            report.circles == 0
        }
        Err(error) => {
            println!("{name}: {error}");
            false
        }
    }
}

fn has_no_long_comments(root: &Path) -> bool {
    let files = match rust_files(root) {
        Ok(files) => files,
        Err(error) => {
            println!("{}: {error}", root.display());
            return false;
        }
    };
    let mut clean = true;
    for file in files {
        let source = std::fs::read_to_string(&file).unwrap_or_default();
        for line in columns::long_comments(&source) {
            let name = file.strip_prefix(root).unwrap_or(&file);
            println!("{}:{line}: a comment beyond {} columns", name.display(), columns::MAX_COLUMNS);
            clean = false;
        }
    }
    clean
}
