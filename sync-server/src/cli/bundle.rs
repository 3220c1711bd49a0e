//! `sync-server bundle`: files of phones' unsent work, brought on a stick.

use super::{
    EXIT_REFUSED, Failure,
    args::Bundle,
    office::{Answer, Ask, Office, require_store},
};
use crate::text::{Lang, tr, tr_with};
use base64::{Engine, prelude::BASE64_STANDARD};
use shared::wire::BUNDLE_BYTES_MAX;
use std::io::Read;

pub async fn run(options: Bundle, lang: Lang) -> Result<String, Failure> {
    require_store(&options.data, lang).await?;
    let office = Office::open(&options.data, lang).await?;
    let (mut taken, mut refused) = (0_usize, 0_usize);
    // One after the other: a file that cannot be used keeps no other back.
    for path in &options.files {
        let name = path.display().to_string();
        // One byte more than the largest is enough to be refused for its size.
        let mut bytes = Vec::new();
        let read = std::fs::File::open(path).and_then(|f| f.take(BUNDLE_BYTES_MAX as u64 + 1).read_to_end(&mut bytes));
        if let Err(why) = read {
            let args = [("file", name.into()), ("why", why.to_string().into())];
            eprintln!("{}", tr_with(lang, "cli-cannot-read", &args));
            refused += 1;
            continue;
        }
        let Answer::Bundle(verdict) = office.ask(Ask::Bundle { file: BASE64_STANDARD.encode(bytes) }, lang).await?
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
