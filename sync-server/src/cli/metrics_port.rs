//! The port for metrics, of which `--metrics-listen` names the address.

use super::failure::Failure;
use crate::{
    data::LocalCore,
    http::{self, ServeOptions},
    metrics::{self, Metrics},
    text::Lang,
};
use std::{
    io,
    net::{AddrParseError, Ipv4Addr, SocketAddr},
    sync::Arc,
};
use tokio::{net::TcpListener, task::JoinHandle};

/// Serves metrics until it is dropped.
pub struct MetricsPort {
    /// The address in use; its port is the system's choice where `start` was given port 0.
    pub address: SocketAddr,
    task: JoinHandle<()>,
}

impl Drop for MetricsPort {
    fn drop(&mut self) {
        self.task.abort();
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
    let cannot_listen = |why: io::Error| {
        let args = [("address", address.to_string().into()), ("why", why.to_string().into())];
        Failure::unusable(lang, "cli-cannot-listen", &args)
    };
    let listener = TcpListener::bind(address).await.map_err(cannot_listen)?;
    let address = listener.local_addr().map_err(cannot_listen)?;
    let router = metrics::endpoint::router(core, metrics);
    let task = tokio::spawn(http::serve(router, listener, ServeOptions::default(), std::future::pending()));
    let port = MetricsPort { address, task };
    tracing::info!(address = %port.address, "serving metrics");
    Ok(Some(port))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        core::{Settings, SystemEnv},
        data::DataDir,
        testing::TempDir,
    };

    #[tokio::test]
    async fn metrics_are_served_where_an_address_is_named_and_only_there() {
        let temp = TempDir::new();
        let data = DataDir::new(temp.path()).unwrap();
        let core = data.open(Arc::new(SystemEnv), Settings::default()).await.unwrap();
        let start = |address| start(address, core.clone(), Arc::default(), Lang::En);
        assert!(start(None).await.unwrap().is_none());
        let port = start(Some("127.0.0.1:0".parse().unwrap())).await.unwrap().unwrap();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let reply = client.get(format!("http://{}/metrics", port.address)).send().await.unwrap();
        assert!(reply.text().await.unwrap().contains("lianxin_store_up 1"));
        let taken = start(Some(port.address)).await.map(drop).unwrap_err();
        assert!(taken.text.contains(&port.address.to_string()), "{taken}");
    }

    #[test]
    fn a_port_alone_is_on_loopback() {
        assert_eq!(address("9464").unwrap(), "127.0.0.1:9464".parse().unwrap());
        assert_eq!(address("0.0.0.0:9464").unwrap(), "0.0.0.0:9464".parse().unwrap());
        for wrong in ["", "localhost", "99999", "127.0.0.1"] {
            assert!(address(wrong).is_err(), "{wrong}");
        }
    }
}
