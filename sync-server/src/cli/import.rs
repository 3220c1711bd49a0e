//! `sync-server import`: imports an office's lists.

use super::{
    admin::{AdminReply, AdminRequest, SentFile},
    args::Import,
    failure::{EXIT_REFUSED, Failure},
    target::AdminTarget,
};
use crate::{
    import::{ImportReport, List},
    text::{Lang, tr, tr_with},
};

/// 200 findings: enough for one round of corrections.
const SHOWN: usize = 200;

/// Runs the command.
///
/// # Errors
/// Refused: a file that cannot be read, or lists with errors, of which nothing is imported. Unusable: a store that
/// cannot be opened.
pub async fn run(options: Import, lang: Lang) -> Result<String, Failure> {
    let lists = [
        (List::Areas, &options.areas),
        (List::Units, &options.units),
        (List::Workers, &options.workers),
        (List::Recipients, &options.recipients),
        (List::Pairings, &options.pairings),
    ];
    let mut files = Vec::new();
    for (list, path) in lists {
        let Some(path) = path else { continue };
        let bytes = std::fs::read(path).map_err(|e| {
            let args = [("file", path.display().to_string().into()), ("why", e.to_string().into())];
            Failure::refused(lang, "cli-cannot-read", &args)
        })?;
        files.push(SentFile::new(list, path.display().to_string(), &bytes));
    }
    let target = AdminTarget::open(&options.data, lang).await?;
    match target.request(AdminRequest::Import { files, dry_run: options.dry_run }, lang).await? {
        AdminReply::Imported(report) => conclude(&report, lang),
        _ => Err(Failure::unusable(lang, "cli-data-in-use", &[])),
    }
}

fn conclude(report: &ImportReport, lang: Lang) -> Result<String, Failure> {
    print(&report.warnings, "cli-import-warnings", lang);
    print(&report.errors, "cli-import-errors", lang);
    let n = |n: usize| n.to_string().into();
    if !report.errors.is_empty() {
        let text = tr_with(lang, "cli-import-nothing", &[("n", n(report.errors.len()))]);
        return Err(Failure { text, exit: EXIT_REFUSED });
    }
    let lines: usize = report.lines.iter().map(|(_, lines)| lines).sum();
    if !report.applied {
        return Ok(tr_with(lang, "cli-import-dry", &[("lines", n(lines))]));
    }
    let args = [("created", n(report.created)), ("changed", n(report.changed)), ("unchanged", n(report.unchanged))];
    Ok(tr_with(lang, "cli-import-done", &args))
}

fn print(findings: &[crate::import::Finding], heading: &str, lang: Lang) {
    if findings.is_empty() {
        return;
    }
    eprintln!("{}", tr_with(lang, heading, &[("n", findings.len().to_string().into())]));
    for finding in findings.iter().take(SHOWN) {
        eprintln!("  {}", finding.text);
    }
    if findings.len() > SHOWN {
        eprintln!("  {}", tr(lang, "cli-and-more"));
    }
}
