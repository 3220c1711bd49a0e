//! `sync-server bundle`: imports bundles, the files of phones' unsent work.

use super::{
    admin::{AdminReply, AdminRequest},
    args::Bundle,
    failure::{EXIT_REFUSED, Failure},
    target::{AdminTarget, require_store},
};
use crate::text::{Lang, tr, tr_with};
use base64::{Engine, prelude::BASE64_STANDARD};
use shared::wire::BUNDLE_BYTES_MAX;
use std::io::Read;

/// Runs the command.
///
/// # Errors
/// Refused, after all files, where one of them could not be read or taken. Unusable: no store, or one that cannot be
/// opened.
pub async fn run(options: Bundle, lang: Lang) -> Result<String, Failure> {
    require_store(&options.data, lang).await?;
    let target = AdminTarget::open(&options.data, lang).await?;
    let (mut taken, mut refused) = (0_usize, 0_usize);
    // One by one: a file that cannot be used does not stop the others.
    for path in &options.files {
        let name = path.display().to_string();
        // One byte more than allowed is enough for a refusal by size.
        let mut bytes = Vec::new();
        let read = std::fs::File::open(path).and_then(|f| f.take(BUNDLE_BYTES_MAX as u64 + 1).read_to_end(&mut bytes));
        if let Err(why) = read {
            let args = [("file", name.into()), ("why", why.to_string().into())];
            eprintln!("{}", tr_with(lang, "cli-cannot-read", &args));
            refused += 1;
            continue;
        }
        let AdminReply::Bundle(verdict) =
            target.request(AdminRequest::Bundle { file: BASE64_STANDARD.encode(bytes) }, lang).await?
        else {
            return Err(Failure::unusable(lang, "cli-data-in-use", &[]));
        };
        let what = tr(lang, &format!("bundle-{verdict}"));
        println!("{}", tr_with(lang, "cli-bundle-line", &[("file", name.into()), ("what", what.into())]));
        if verdict.is_delivered() { taken += 1 } else { refused += 1 }
    }
    let args = [("taken", taken.to_string().into()), ("refused", refused.to_string().into())];
    let text = tr_with(lang, "cli-bundle-done", &args);
    if refused == 0 { Ok(text) } else { Err(Failure { text, exit: EXIT_REFUSED }) }
}
