//! What is typed at first run, on its way from one screen to the next. Once there is a store it is kept there too, so that a
//! kill between the PIN and the server's answer costs no typing.

use device_core::{Command, Device, client::ServerAddress};
use dioxus::prelude::*;
use serde::{Deserialize, Serialize};
use shared::wire::enrol::{EnrolLink, normalise_code};

use super::tell;

/// Key of the draft.
const KEY: &str = "enrol";
/// How a link begins; messengers put words around it.
const LINK: &str = "lianxin://enrol?";
/// Characters of a code, without the hyphen.
const CODE_LEN: usize = 10;

/// A server and a code that look as they should.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub server: String,
    pub code: String,
}

/// What is wrong with what was typed, and with which field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryProblem {
    CodeMissing,
    /// So many characters in place of [`CODE_LEN`].
    CodeLength(usize),
    /// It begins as a link does and is none: cut short when it was copied.
    LinkBroken,
    ServerMissing,
    ServerWrong,
}

impl EntryProblem {
    pub const fn is_about_server(self) -> bool {
        matches!(self, Self::ServerMissing | Self::ServerWrong)
    }
}

/// Reads both fields. A link, even in the middle of a message, says server and code at once.
pub fn read(code: &str, server: &str) -> Result<Entry, EntryProblem> {
    if let Some(link) = link_in(code) {
        let link = link.ok_or(EntryProblem::LinkBroken)?;
        ServerAddress::parse(&link.server).map_err(|_| EntryProblem::LinkBroken)?;
        return check(link.code, link.server);
    }
    check(code.to_owned(), server.trim().to_owned())
}

fn check(code: String, server: String) -> Result<Entry, EntryProblem> {
    match normalise_code(&code).len() {
        0 => return Err(EntryProblem::CodeMissing),
        CODE_LEN => {}
        n => return Err(EntryProblem::CodeLength(n)),
    }
    if server.is_empty() {
        return Err(EntryProblem::ServerMissing);
    }
    ServerAddress::parse(&server).map_err(|_| EntryProblem::ServerWrong)?;
    Ok(Entry { server, code: code.trim().to_owned() })
}

/// `None`: no link in the text; `Some(None)`: one that cannot be read.
fn link_in(text: &str) -> Option<Option<EnrolLink>> {
    let start = text.find(LINK)?;
    let end = |c: char| c.is_whitespace() || !c.is_ascii();
    Some(text[start..].split(end).next().and_then(EnrolLink::parse))
}

/// Whether the text holds a link, so that the server need not be asked for.
pub fn has_link(text: &str) -> bool {
    matches!(link_in(text), Some(Some(_)))
}

/// What waits to be enrolled with, from one screen to the next.
#[derive(Clone, Copy)]
pub struct Pending(pub Signal<Option<Entry>>);

pub fn provide_pending() -> Pending {
    use_context_provider(|| Pending(Signal::new(None)))
}

pub fn use_pending() -> Pending {
    use_context()
}

/// Keeps it in the store, if there is one.
pub async fn keep(device: &Device, entry: &Entry) {
    if let Ok(json) = serde_json::to_string(entry) {
        // Only saves typing after a kill: refused, enrolling goes on all the same.
        let _ = device.save_draft(KEY, json).await;
    }
}

pub async fn kept(device: &Device) -> Option<Entry> {
    serde_json::from_str(&device.load_draft(KEY).await.ok()?.json?).ok()
}

/// Enrolled: the code is of no use any more.
pub fn forget(device: &Device) {
    tell(device, Command::DropDraft { key: KEY.to_owned() });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link() -> EnrolLink {
        EnrolLink { server: "https://care.example:8443".into(), code: "ABCDE-FGHJK".into() }
    }

    #[test]
    fn a_link_says_server_and_code_even_in_the_middle_of_a_message() {
        let text = link().to_text();
        let entry = Entry { server: link().server, code: link().code };
        for around in
            [text.clone(), format!("【连心】请点 {text} 登记"), format!("请点{text}。三天内有效"), format!(" {text}\n")]
        {
            assert_eq!(read(&around, ""), Ok(entry.clone()), "{around}");
            assert!(has_link(&around));
        }
        assert!(!has_link("ABCDE-FGHJK"));
    }

    #[test]
    fn a_link_that_was_cut_short_is_told_from_a_wrong_code() {
        assert_eq!(read("lianxin://enrol?server=https%3A%2F%2Fcare.exa", ""), Err(EntryProblem::LinkBroken));
        assert_eq!(read("lianxin://enrol?server=ftp%3A%2F%2Fx&code=ABCDE-FGHJK", ""), Err(EntryProblem::LinkBroken));
        assert_eq!(read("lianxin://enrol?server=https%3A%2F%2Fx&code=ABC", ""), Err(EntryProblem::CodeLength(3)));
    }

    #[test]
    fn a_code_needs_ten_characters_and_a_server() {
        let server = "care.example";
        assert_eq!(read("", server), Err(EntryProblem::CodeMissing));
        assert_eq!(read(" - ", server), Err(EntryProblem::CodeMissing));
        assert_eq!(read("abcde-fghj", server), Err(EntryProblem::CodeLength(9)));
        assert_eq!(read("abcde fghjk", " "), Err(EntryProblem::ServerMissing));
        assert_eq!(read("abcde-fghjk", "http://care.example"), Err(EntryProblem::ServerWrong));
        assert_eq!(read("abcde-fghjk", server).map(|e| e.server), Ok(server.to_owned()));
    }
}
