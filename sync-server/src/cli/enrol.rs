//! `sync-server enrol`: a one-time code for a worker, as text, link and QR; with `--console` a password for the console
//! as well.

use super::{
    admin::{AdminReply, AdminRequest},
    args::Enrol,
    failure::Failure,
    target::{AdminTarget, require_store},
};
use crate::{
    console::{format::moment, qr},
    text::{Lang, tr, tr_with},
};
use shared::wire::enrol::EnrolLink;
use std::io::{IsTerminal, Read};

/// Runs the command.
///
/// # Errors
/// Refused: an unknown worker, one who left, a password that is too short or a file that cannot be read. Unusable: no
/// store, or one that cannot be opened.
pub async fn run(options: Enrol, lang: Lang) -> Result<String, Failure> {
    require_store(&options.data, lang).await?;
    // clap requires one of the two.
    let worker = options.worker.or(options.worker_code).unwrap_or_default();
    let password = match (options.console, &options.password_file) {
        (false, _) => None,
        (true, Some(file)) => Some((read_password(file, lang)?, false)),
        (true, None) => Some((generate(), true)),
    };
    let target = AdminTarget::open(&options.data, lang).await?;
    if let Some((password, generated)) = password {
        target.request(AdminRequest::Password { worker: worker.clone(), password: password.clone() }, lang).await?;
        println!("{}", tr_with(lang, "cli-console-account", &[("worker", worker.as_str().into())]));
        if generated {
            println!("{}", tr_with(lang, "cli-console-password", &[("password", password.into())]));
        }
    }
    let AdminReply::Enrolled { name, code, expires, server } =
        target.request(AdminRequest::Enrol { worker: worker.clone() }, lang).await?
    else {
        return Err(Failure::unusable(lang, "cli-data-in-use", &[]));
    };
    let server = options.server.or(server).unwrap_or_else(|| "http://127.0.0.1:8800".to_owned());
    let link = EnrolLink { server, code: code.clone() }.to_text();
    println!("{}", tr_with(lang, "cli-enrol-for", &[("name", name.into()), ("worker", worker.into())]));
    println!("\n  {code}\n\n{}", tr(lang, "cli-enrol-link"));
    println!("  {link}\n");
    // A code of blocks only for a person who reads it.
    if std::io::stdout().is_terminal()
        && let Some(blocks) = qr::terminal(&link)
    {
        println!("{blocks}\n");
    }
    Ok(tr_with(lang, "cli-enrol-done", &[("at", moment(expires).into())]))
}

/// The first line of a file, or of standard input for `-`.
fn read_password(file: &std::path::Path, lang: Lang) -> Result<String, Failure> {
    let mut text = String::new();
    let read = if file.as_os_str() == "-" {
        std::io::stdin().read_to_string(&mut text).map(drop)
    } else {
        std::fs::read_to_string(file).map(|content| text = content)
    };
    read.map_err(|e| {
        let args = [("file", file.display().to_string().into()), ("why", e.to_string().into())];
        Failure::refused(lang, "cli-cannot-read", &args)
    })?;
    Ok(text.lines().next().unwrap_or_default().trim().to_owned())
}

/// 16 characters that are hard to confuse, 80 bits, in groups of four.
fn generate() -> String {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstvwxyz0123456789";
    let mut bytes = [0; 16];
    // A password needs randomness; every supported system has it.
    getrandom::fill(&mut bytes).expect("the system's random source answers");
    let letters: Vec<char> = bytes.iter().map(|b| char::from(LETTERS[usize::from(b % 32)])).collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::generate;

    #[test]
    fn generated_passwords_are_long_and_differ() {
        let (a, b) = (generate(), generate());
        assert_eq!(a.len(), 19);
        assert_ne!(a, b);
    }
}
