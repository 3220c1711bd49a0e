//! `sync-server serve`: serves phones, reports and the console until a signal stops it.

use super::{args::Serve, control, failure::Failure, metrics_port, photos, stop_signal::StopSignal};
use crate::{
    app,
    console::ConsoleOptions,
    core::{Env, Settings, SystemEnv},
    data::{DataDir, DataError, LocalCore},
    http::{
        self, Api, ServeOptions,
        limits::Limits,
        tls::{self, TlsListener},
    },
    text::{Lang, tr, tr_with},
};
use axum::serve::ListenerExt;
use shared::{Day, wire::PROTO};
use std::{
    io::{self, IsTerminal},
    sync::Arc,
    time::Duration,
};
use tokio::{net::TcpListener, task::JoinHandle};
use tracing_subscriber::EnvFilter;

/// Serves until SIGTERM or SIGINT.
///
/// # Errors
/// Refused: TLS files that cannot be used, or an address open to others without TLS. Unusable: a folder that another
/// server uses, a store that cannot be opened, an address that cannot be listened on.
pub async fn run(options: Serve, lang: Lang) -> Result<String, Failure> {
    let tls = match (&options.tls_cert, &options.tls_key) {
        (Some(cert), Some(key)) => {
            let config = tls::config(cert, key);
            Some(config.map_err(|e| Failure::refused(lang, "cli-tls", &[("why", e.to_string().into())]))?)
        }
        _ => None,
    };
    if tls.is_none() && !options.behind_tls_proxy && !options.listen.ip().is_loopback() {
        let args = [("address", options.listen.to_string().into())];
        return Err(Failure::refused(lang, "cli-not-in-the-clear", &args));
    }
    start_log(&options.log);
    let data = DataDir::new(&options.data.data).map_err(|e| Failure::of_data(&e, lang))?;
    let data = data.with_database(options.data.database().cloned());
    let _lock = data.is_for_one().then(|| data.lock()).transpose().map_err(|error| match error {
        DataError::InUse => Failure::unusable(lang, "cli-runs-already", &[]),
        other => Failure::of_data(&other, lang),
    })?;
    let photos = Arc::new(photos::open(options.data.objects.as_deref(), &data, lang)?);
    let core = data.open_with(photos, Arc::new(SystemEnv), Settings::default()).await;
    let core = core.map_err(|e| Failure::of_data(&e, lang))?;
    let cannot_listen = |why: io::Error| {
        let args = [("address", options.listen.to_string().into()), ("why", why.to_string().into())];
        Failure::unusable(lang, "cli-cannot-listen", &args)
    };
    // Before the address is announced: a supervisor may stop the server as soon as it reads that.
    let stop = StopSignal::register().map_err(cannot_listen)?;
    let _housekeeping = AbortOnDrop(tokio::spawn(housekeeping_round(core.clone())));
    let listener = TcpListener::bind(options.listen).await.map_err(cannot_listen)?;
    let address = listener.local_addr().map_err(cannot_listen)?;
    let https = tls.is_some() || options.behind_tls_proxy;
    let own_url = format!("{}://{address}", if tls.is_some() { "https" } else { "http" });
    let public_url = options.public_url.map(|url| url.trim_end_matches('/').to_owned());
    // With a database the commands open it themselves.
    #[cfg(unix)]
    let _control = data.is_for_one().then(|| {
        control::listen(&data, core.clone(), public_url.clone().unwrap_or_else(|| own_url.clone()))
            .inspect_err(
                |error| tracing::warn!(%error, "no control socket: other commands must wait until the server stops"),
            )
            .ok()
    });
    let api = Arc::new(Api::new(Arc::new(core.clone()), Limits::default()));
    let _metrics = metrics_port::start(options.metrics_listen, core.clone(), api.metrics.clone(), lang).await?;
    let app = app::router(api, ConsoleOptions { https, public_url });
    let _media_sweep = AbortOnDrop(tokio::spawn(core.clone().media_sweep_round()));
    println!("{}", tr_with(lang, "cli-serving", &[("url", own_url.clone().into())]));
    tracing::info!(url = own_url, version = env!("CARGO_PKG_VERSION"), "listening");
    match tls {
        Some(config) => {
            let listener = TlsListener::new(listener, config).map_err(cannot_listen)?;
            http::serve(app, listener, ServeOptions::default(), stop.received()).await;
        }
        None => {
            // Without a delay for small answers.
            let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
            http::serve(app, listener, ServeOptions::default(), stop.received()).await;
        }
    }
    tracing::info!("stopped");
    Ok(tr(lang, "cli-stopped"))
}

/// 1 h between checks whether a new day has begun.
const DAY_CHECK_INTERVAL: Duration = Duration::from_secs(3600);

/// Retries what an older server put into quarantine, then prunes once a day.
async fn housekeeping_round(core: LocalCore) {
    // The protocol's version is part of it: a build between two releases may read more than the last release.
    match core.quarantine_retry(&format!("{}/{PROTO}", env!("CARGO_PKG_VERSION"))).await {
        Ok(0) => {}
        Ok(judged) => tracing::info!(judged, "operations that an older server could not judge"),
        Err(error) => tracing::error!(%error, "the quarantine could not be gone through; the next start tries again"),
    }
    let mut done = None;
    loop {
        let today = Day::of_utc_ms(SystemEnv.now_ms());
        if done != Some(today) {
            match core.prune().await {
                Ok(pruned) => {
                    tracing::info!(?pruned, "pruned");
                    done = Some(today);
                }
                Err(error) => tracing::warn!(%error, "nothing was pruned; tried again in an hour"),
            }
        }
        tokio::time::sleep(DAY_CHECK_INTERVAL).await;
    }
}

/// A background task that ends with the server.
struct AbortOnDrop(JoinHandle<()>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Logs to standard error. A panic logs its place and never its message, which may hold somebody's data.
fn start_log(format: &str) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    // At any level that is asked for: below `info` the database's driver logs statements.
    let quiet = "tokio_postgres=info".parse().expect("a directive of constant form");
    let filter = filter.add_directive(quiet);
    let builder =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    // Fails where a program that embeds the server has set a logger, which then stays.
    let _ = if format == "json" { builder.json().flatten_event(true).try_init() } else { builder.try_init() };
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a part of the server panicked");
    }));
}
