//! The port for metrics, of which `--metrics-listen` names the address.

use super::Failure;
use crate::{
    data::LocalCore,
    http::{self, ServeOptions},
    metrics::{self, Metrics},
    text::Lang,
};
use std::{
    net::{AddrParseError, Ipv4Addr, SocketAddr},
    sync::Arc,
};
use tokio::{net::TcpListener, task::JoinHandle};

/// Serves metrics until it is dropped.
pub struct MetricsPort(JoinHandle<()>);

impl Drop for MetricsPort {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Reads `ADDRESS:PORT`. A port alone is on loopback, because metrics need no token.
///
/// # Errors
///
/// `text` is neither a port nor an address with a port.
pub fn address(text: &str) -> Result<SocketAddr, AddrParseError> {
    match text.parse() {
        Ok(port) => Ok((Ipv4Addr::LOCALHOST, port).into()),
        Err(_) => text.parse(),
    }
}

/// Starts to serve metrics where an address is named.
///
/// # Errors
///
/// The address cannot be listened on.
pub async fn start(
    address: Option<SocketAddr>,
    core: LocalCore,
    metrics: Arc<Metrics>,
    lang: Lang,
) -> Result<Option<MetricsPort>, Failure> {
    let Some(address) = address else { return Ok(None) };
    let listener = TcpListener::bind(address).await.map_err(|why| {
        let args = [("address", address.to_string().into()), ("why", why.to_string().into())];
        Failure::unusable(lang, "cli-cannot-listen", &args)
    })?;
    tracing::info!(address = %listener.local_addr().unwrap_or(address), "metrics");
    let router = metrics::endpoint::router(core, metrics);
    let serving = http::serve(router, listener, ServeOptions::default(), std::future::pending());
    Ok(Some(MetricsPort(tokio::spawn(serving))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_alone_is_on_loopback() {
        assert_eq!(address("9464").unwrap(), "127.0.0.1:9464".parse().unwrap());
        assert_eq!(address("0.0.0.0:9464").unwrap(), "0.0.0.0:9464".parse().unwrap());
        for wrong in ["", "localhost", "99999", "127.0.0.1"] {
            assert!(address(wrong).is_err(), "{wrong}");
        }
    }
}
