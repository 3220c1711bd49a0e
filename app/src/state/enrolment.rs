//! The enrolment code and server that are typed at first run, passed from one screen to the next. Once there is a
//! store they are saved as a draft too, so that they survive a kill between the PIN and the server's reply.

use device_core::{Command, Device, client::ServerAddress};
use dioxus::prelude::*;
use serde::{Deserialize, Serialize};
use shared::wire::enrol::{EnrolLink, normalise_code};

use super::query::send;

/// The key of the draft.
const KEY: &str = "enrol";
/// The beginning of an enrolment link. Messengers put text around it.
const LINK: &str = "lianxin://enrol?";
/// Characters of a code, without the hyphen.
const CODE_LEN: usize = 10;

/// A server address and a code, both well formed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolment {
    pub server: String,
    pub code: String,
}

/// Why the typed text is no enrolment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnrolmentProblem {
    CodeMissing,
    /// The number of characters, which is not [`CODE_LEN`].
    CodeLength(usize),
    /// The text begins like a link and cannot be read: it was cut short when it was copied.
    LinkBroken,
    ServerMissing,
    ServerWrong,
}

impl EnrolmentProblem {
    /// Whether the server field is wrong; otherwise the code field is.
    pub const fn is_about_server(self) -> bool {
        matches!(self, Self::ServerMissing | Self::ServerWrong)
    }
}

/// Reads both fields. A link, even in the middle of a message, contains server and code.
///
/// # Errors
/// The first [`EnrolmentProblem`]: a broken link, a missing or wrong code, a missing or wrong server.
pub fn parse(code: &str, server: &str) -> Result<Enrolment, EnrolmentProblem> {
    if let Some(link) = link_in(code) {
        let link = link.ok_or(EnrolmentProblem::LinkBroken)?;
        ServerAddress::parse(&link.server).map_err(|_| EnrolmentProblem::LinkBroken)?;
        return check(link.code, link.server);
    }
    check(code.to_owned(), server.trim().to_owned())
}

fn check(code: String, server: String) -> Result<Enrolment, EnrolmentProblem> {
    match normalise_code(&code).len() {
        0 => return Err(EnrolmentProblem::CodeMissing),
        CODE_LEN => {}
        n => return Err(EnrolmentProblem::CodeLength(n)),
    }
    if server.is_empty() {
        return Err(EnrolmentProblem::ServerMissing);
    }
    ServerAddress::parse(&server).map_err(|_| EnrolmentProblem::ServerWrong)?;
    Ok(Enrolment { server, code: code.trim().to_owned() })
}

/// `None`: the text contains no link. `Some(None)`: it contains one that cannot be read.
fn link_in(text: &str) -> Option<Option<EnrolLink>> {
    let start = text.find(LINK)?;
    let end = |c: char| c.is_whitespace() || !c.is_ascii();
    Some(text[start..].split(end).next().and_then(EnrolLink::parse))
}

/// Whether the text contains a readable link, which makes the server field unnecessary.
pub fn has_link(text: &str) -> bool {
    matches!(link_in(text), Some(Some(_)))
}

/// The enrolment that the next screen carries out.
#[derive(Clone, Copy)]
pub struct PendingEnrolment(pub Signal<Option<Enrolment>>);

/// Makes the pending enrolment available below. Call once, above the screens.
pub fn provide_pending() -> PendingEnrolment {
    use_context_provider(|| PendingEnrolment(Signal::new(None)))
}

/// The pending enrolment. Must be called below [`provide_pending`].
pub fn use_pending() -> PendingEnrolment {
    use_context()
}

/// Saves the enrolment as a draft, if there is a store.
pub async fn save_draft(device: &Device, enrolment: &Enrolment) {
    if let Ok(json) = serde_json::to_string(enrolment) {
        // Enrolling does not depend on the draft, which only saves typing after a kill.
        let _ = device.save_draft(KEY, json).await;
    }
}

/// The enrolment that was saved as a draft.
pub async fn load_draft(device: &Device) -> Option<Enrolment> {
    serde_json::from_str(&device.load_draft(KEY).await.ok()?.json?).ok()
}

/// Drops the draft; a code is used up once the device is enrolled.
pub fn drop_draft(device: &Device) {
    send(device, Command::DropDraft { key: KEY.to_owned() });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link() -> EnrolLink {
        EnrolLink { server: "https://care.example:8443".into(), code: "ABCDE-FGHJK".into() }
    }

    #[test]
    fn a_link_within_a_message_gives_server_and_code() {
        let text = link().to_text();
        let enrolment = Enrolment { server: link().server, code: link().code };
        for around in
            [text.clone(), format!("【连心】请点 {text} 登记"), format!("请点{text}。三天内有效"), format!(" {text}\n")]
        {
            assert_eq!(parse(&around, ""), Ok(enrolment.clone()), "{around}");
            assert!(has_link(&around));
        }
        assert!(!has_link("ABCDE-FGHJK"));
    }

    #[test]
    fn a_link_that_was_cut_short_is_reported_as_a_broken_link() {
        assert_eq!(parse("lianxin://enrol?server=https%3A%2F%2Fcare.exa", ""), Err(EnrolmentProblem::LinkBroken));
        assert_eq!(
            parse("lianxin://enrol?server=ftp%3A%2F%2Fx&code=ABCDE-FGHJK", ""),
            Err(EnrolmentProblem::LinkBroken)
        );
        assert_eq!(parse("lianxin://enrol?server=https%3A%2F%2Fx&code=ABC", ""), Err(EnrolmentProblem::CodeLength(3)));
    }

    #[test]
    fn a_code_needs_ten_characters_and_a_server() {
        let server = "care.example";
        assert_eq!(parse("", server), Err(EnrolmentProblem::CodeMissing));
        assert_eq!(parse(" - ", server), Err(EnrolmentProblem::CodeMissing));
        assert_eq!(parse("abcde-fghj", server), Err(EnrolmentProblem::CodeLength(9)));
        assert_eq!(parse("abcde fghjk", " "), Err(EnrolmentProblem::ServerMissing));
        assert_eq!(parse("abcde-fghjk", "http://care.example"), Err(EnrolmentProblem::ServerWrong));
        assert_eq!(parse("abcde-fghjk", server).map(|e| e.server), Ok(server.to_owned()));
    }
}
