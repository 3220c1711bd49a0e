//! [`DatabaseUrl`]: a URL as libpq reads it, so that the same one serves `psql` and `pg_dump`. Stricter than libpq: a
//! connection that leaves the machine must be encrypted, with a certificate that is checked.

use std::{fmt, net::IpAddr, path::PathBuf, str::FromStr, time::Duration};
use tokio_postgres::{
    Config,
    config::{Host, SslMode},
};

/// `postgres://user:password@host:port/database?…`. Never shows its password.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl {
    text: String,
    config: Box<Config>,
    /// A file with the authority that signed the server's certificate. Without it the well-known authorities are
    /// trusted.
    pub(super) root_cert: Option<PathBuf>,
}

/// Why a text is no usable URL of a database.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    #[error("the database's address must begin with postgres://, as in postgres://lianxin@localhost/lianxin")]
    Scheme,
    #[error("the database's address cannot be read: {0}")]
    Unreadable(String),
    #[error(
        "the database is on another machine and sslmode=disable would send its content in the clear: \
         leave sslmode away, or reach the database through a tunnel"
    )]
    InTheClear,
}

/// The folder of the sockets of Debian's PostgreSQL, for a URL without a host.
const SOCKETS: &str = "/var/run/postgresql";
/// 10 s: a database that takes longer to accept a connection is down.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// 30 s without an acknowledgement: the database's machine is gone, and waiting calls must fail.
const ACK_TIMEOUT: Duration = Duration::from_secs(30);
/// Settings of every session:
/// - each statement is planned once, by its index: statistics of a table that was empty a minute ago must not choose
///   another plan;
/// - a writer that waits a minute for the lock, or holds it idle for a minute, fails.
const SESSION: &str = "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off \
     -c enable_mergejoin=off -c jit=off -c lock_timeout=60s -c idle_in_transaction_session_timeout=60s";

impl FromStr for DatabaseUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        if !["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme)) {
            return Err(UrlError::Scheme);
        }
        // Parameters of libpq that the driver does not know are removed here and applied below.
        let (base, query) = text.split_once('?').unwrap_or((text, ""));
        let (mut mode, mut root_cert, mut rest) = (None, None, Vec::new());
        for param in query.split('&').filter(|p| !p.is_empty()) {
            match param.split_once('=') {
                Some(("sslmode", value)) => mode = Some(value.to_owned()),
                Some(("sslrootcert", file)) => root_cert = Some(PathBuf::from(file)),
                _ => rest.push(param),
            }
        }
        let unreadable = |e: tokio_postgres::Error| {
            let cause = std::error::Error::source(&e).map_or_else(|| e.to_string(), ToString::to_string);
            UrlError::Unreadable(cause)
        };
        let mut config: Config = format!("{base}?{}", rest.join("&")).parse().map_err(unreadable)?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            config.host(SOCKETS);
        }
        let ssl_mode = match (mode.as_deref(), is_local(&config)) {
            (Some("disable" | "allow" | "prefer") | None, true) => SslMode::Disable,
            (Some("disable"), false) => return Err(UrlError::InTheClear),
            _ => SslMode::Require,
        };
        config
            .ssl_mode(ssl_mode)
            .connect_timeout(CONNECT_TIMEOUT)
            .tcp_user_timeout(ACK_TIMEOUT)
            .keepalives_idle(ACK_TIMEOUT);
        let options = config.get_options().map_or_else(|| SESSION.to_owned(), |own| format!("{own} {SESSION}"));
        config.options(options);
        if config.get_application_name().is_none() {
            config.application_name("lianxin");
        }
        Ok(Self { text: text.to_owned(), config: Box::new(config), root_cert })
    }
}

/// True when nothing leaves the machine.
fn is_local(config: &Config) -> bool {
    let loopback = |host: &Host| match host {
        Host::Tcp(name) => name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()),
        #[cfg(unix)]
        Host::Unix(_) => true,
    };
    let hosts = if config.get_hostaddrs().is_empty() { config.get_hosts() } else { &[] };
    hosts.iter().all(loopback) && config.get_hostaddrs().iter().all(IpAddr::is_loopback)
}

impl DatabaseUrl {
    /// The settings of a connection.
    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// The URL for PostgreSQL's own programs and for messages. It has no password, since everybody on the machine can
    /// read a command line, and none of libpq's modes that allow an unencrypted connection.
    pub fn without_password(&self) -> String {
        let (base, query) = self.text.split_once('?').unwrap_or((&self.text, ""));
        let mut shown = base.to_owned();
        if let Some((scheme, rest)) = base.split_once("://")
            && let Some((credentials, host)) = rest.split_once('@')
            && let Some((user, _)) = credentials.split_once(':')
        {
            shown = format!("{scheme}://{user}@{host}");
        }
        let left_out =
            |p: &&str| p.is_empty() || p.starts_with("password=") || *p == "sslmode=prefer" || *p == "sslmode=allow";
        let kept: Vec<&str> = query.split('&').filter(|p| !left_out(p)).collect();
        if kept.is_empty() { shown } else { format!("{shown}?{}", kept.join("&")) }
    }

    /// The password, which programs read from the environment.
    pub fn password(&self) -> Option<&[u8]> {
        self.config.get_password()
    }

    /// True where the connection must be encrypted.
    pub(super) fn leaves_the_machine(&self) -> bool {
        self.config.get_ssl_mode() == SslMode::Require
    }

    /// The URL of another database on the same server.
    ///
    /// # Errors
    /// [`UrlError::Unreadable`] for a name that does not fit into a URL.
    pub fn with_database(&self, name: &str) -> Result<Self, UrlError> {
        let (base, query) = self.text.split_once('?').unwrap_or((&self.text, ""));
        let (scheme, rest) = base.split_once("://").unwrap_or(("postgres", base));
        let host = rest.split('/').next().unwrap_or_default();
        format!("{scheme}://{host}/{name}?{query}").parse()
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.without_password())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(url: &str) -> SslMode {
        url.parse::<DatabaseUrl>().unwrap().config().get_ssl_mode()
    }

    #[test]
    fn what_leaves_the_machine_is_encrypted() {
        for here in ["postgres:///lianxin", "postgres://u@localhost/l", "postgres://127.0.0.1/l", "postgres://[::1]/l"]
        {
            assert_eq!(mode(here), SslMode::Disable, "{here}");
        }
        assert_eq!(mode("postgres:///l?host=/tmp/a%20b"), SslMode::Disable);
        for away in
            ["postgres://db.example/l", "postgresql://10.0.0.9/l?sslmode=prefer", "postgres://db/l?sslmode=verify-full"]
        {
            assert_eq!(mode(away), SslMode::Require, "{away}");
        }
        assert_eq!(mode("postgres://localhost/l?sslmode=require"), SslMode::Require);
        assert_eq!("postgres://db/l?sslmode=disable".parse::<DatabaseUrl>(), Err(UrlError::InTheClear));
        assert_eq!("postgres://localhost,db/l?sslmode=disable".parse::<DatabaseUrl>(), Err(UrlError::InTheClear));
        assert_eq!("mysql://localhost/l".parse::<DatabaseUrl>(), Err(UrlError::Scheme));
        assert!(matches!("postgres://localhost/l?nonsense=1".parse::<DatabaseUrl>(), Err(UrlError::Unreadable(_))));
    }

    #[test]
    fn a_password_is_never_shown() {
        let url: DatabaseUrl =
            "postgres://lianxin:s%40crt@db/l?password=other&sslrootcert=/etc/ca.pem".parse().unwrap();
        assert_eq!(url.to_string(), "postgres://lianxin@db/l?sslrootcert=/etc/ca.pem");
        assert!(!format!("{url:?}").contains("crt@"));
        let url: DatabaseUrl = "postgres://lianxin@db/l?sslmode=prefer".parse().unwrap();
        assert_eq!(url.to_string(), "postgres://lianxin@db/l", "nor is libpq told to put up with the clear");
        let url: DatabaseUrl = "postgres://lianxin:s%40crt@db/l".parse().unwrap();
        assert_eq!(url.password(), Some(&b"s@crt"[..]), "it is there all the same");
    }

    #[test]
    fn another_database_of_the_same_server_keeps_the_rest() {
        let url: DatabaseUrl = "postgres://u@localhost:5433/one?connect_timeout=3".parse().unwrap();
        assert_eq!(url.with_database("two").unwrap().to_string(), "postgres://u@localhost:5433/two?connect_timeout=3");
    }
}
