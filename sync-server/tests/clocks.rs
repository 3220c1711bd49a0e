//! The core is given its clock. Code that reads the machine's wall clock instead works until a test, a simulator or a
//! skewed machine disagrees with it, so the sources may not.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, helpers too")]

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Where time comes from: the clock that `SystemEnv` passes to the core.
const ALLOWED: [&str; 1] = ["core/env.rs"];
/// What reads the wall clock. `Instant` is allowed: it measures durations and knows no date.
const WALL_CLOCKS: [&str; 4] = ["SystemTime::now", "Utc::now", "Local::now", "OffsetDateTime::now"];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn http_console_core_import_and_metrics_read_no_wall_clock() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = vec![root.join("app.rs")];
    for folder in ["http", "console", "core", "import", "metrics"] {
        sources(&root.join(folder), &mut files);
    }
    assert!(files.len() > 60, "the sources are where this test looks for them");
    for file in files {
        let name = file.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        let text = fs::read_to_string(&file).unwrap();
        for clock in WALL_CLOCKS {
            let reads = text.contains(clock);
            assert!(!reads || ALLOWED.contains(&name.as_str()), "{name} reads {clock}: take the time from the core");
        }
    }
}
