//! A server's address as the user types it, checked before anything is sent there.

use crate::Refusal;
use reqwest::Url;
use shared::records::{Problem, ProblemCode};
use std::net::IpAddr;

/// An `https` address, or a plain `http` address of this machine. Its path ends in a slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerAddress(Url);

/// Why an address is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    #[error("not an address; it should look like https://name.example")]
    Unreadable,
    #[error("plain http would let others read along; the address must begin with https")]
    NotSecret,
}

impl ServerAddress {
    /// Parses the text; without a scheme it means `https`.
    ///
    /// # Errors
    /// [`BadAddress::NotSecret`] for plain `http` to another machine, [`BadAddress::Unreadable`] for text that is no
    /// web address, names another scheme, or holds a user name or password.
    pub fn parse(text: &str) -> Result<Self, BadAddress> {
        let text = text.trim();
        let with_scheme = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        let mut url = Url::parse(&with_scheme).map_err(|_| BadAddress::Unreadable)?;
        let host = url.host_str().filter(|h| !h.is_empty()).ok_or(BadAddress::Unreadable)?;
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(host) => {}
            "http" => return Err(BadAddress::NotSecret),
            _ => return Err(BadAddress::Unreadable),
        }
        // A user name and password would appear on screens and in logs.
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BadAddress::Unreadable);
        }
        url.set_query(None);
        url.set_fragment(None);
        if !url.path().ends_with('/') {
            let path = format!("{}/", url.path());
            url.set_path(&path);
        }
        Ok(Self(url))
    }

    /// The address of a route such as `v1/push`, below the server's own path.
    pub fn route(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        let full = format!("{}{path}", url.path());
        url.set_path(&full);
        url
    }

    /// The address as it is stored and shown: without the slash at the end.
    pub fn text(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }
}

impl From<BadAddress> for Refusal {
    fn from(bad: BadAddress) -> Self {
        let code = match bad {
            BadAddress::Unreadable => ProblemCode::WrongShape,
            BadAddress::NotSecret => ProblemCode::Other("not-secret".to_owned()),
        };
        let mut problem = Problem::new("server", code);
        problem.detail = Some(bad.to_string());
        Self::Invalid(vec![problem])
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_accepted_as_people_type_it() {
        for (typed, stored) in [
            (" lianxin.example ", "https://lianxin.example"),
            ("https://lianxin.example:8443/care", "https://lianxin.example:8443/care"),
            ("https://lianxin.example/?x=1#y", "https://lianxin.example"),
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
            ("http://[::1]:8080", "http://[::1]:8080"),
            ("http://localhost:1", "http://localhost:1"),
        ] {
            assert_eq!(ServerAddress::parse(typed).unwrap().text(), stored);
        }
    }

    #[test]
    fn plain_http_to_another_machine_is_refused() {
        for typed in ["http://lianxin.example", "http://192.168.1.5:8080", "http://127.0.0.1.example", "HTTP://x"] {
            assert_eq!(ServerAddress::parse(typed), Err(BadAddress::NotSecret), "{typed}");
        }
    }

    #[test]
    fn text_that_is_no_address_is_refused() {
        for typed in ["", "https://", "ftp://lianxin.example", "two words", "https://me:secret@lianxin.example"] {
            assert_eq!(ServerAddress::parse(typed), Err(BadAddress::Unreadable), "{typed}");
        }
    }

    #[test]
    fn a_route_stays_below_the_servers_own_path() {
        let address = ServerAddress::parse("https://county.example/care").unwrap();
        assert_eq!(address.route("v1/push").as_str(), "https://county.example/care/v1/push");
    }
}
