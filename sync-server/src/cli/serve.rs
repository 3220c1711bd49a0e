//! `sync-server serve`: phones, reports, console, until it is told to stop.

use super::{Failure, args::Serve, control, metrics_port};
use crate::{
    app,
    console::ConsoleOptions,
    core::{
        Env, Settings, StoredObjects, SystemEnv,
        objects::{LocationError, ObjectsLocation},
    },
    data::{DataDir, DataError, LocalCore},
    http::{
        self, Api, ServeOptions,
        limits::Limits,
        serve::told_to_stop,
        tls::{self, TlsListener},
    },
    text::{Lang, tr, tr_with},
};
use axum::serve::ListenerExt;
use shared::{Day, wire::PROTO};
use std::{
    io::{self, IsTerminal},
    sync::Arc,
};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

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
    let photos = Arc::new(photos(options.data.objects.as_deref(), &data, lang)?);
    let core = data.open_with(photos, Arc::new(SystemEnv), Settings::default()).await;
    let core = core.map_err(|e| Failure::of_data(&e, lang))?;
    let cannot_listen = |why: io::Error| {
        let args = [("address", options.listen.to_string().into()), ("why", why.to_string().into())];
        Failure::unusable(lang, "cli-cannot-listen", &args)
    };
    let owner = tokio::spawn(housekeeping_round(core.clone()));
    let listener = TcpListener::bind(options.listen).await.map_err(cannot_listen)?;
    let address = listener.local_addr().map_err(cannot_listen)?;
    let https = tls.is_some() || options.behind_tls_proxy;
    let own_url = format!("{}://{address}", if tls.is_some() { "https" } else { "http" });
    let public_url = options.public_url.map(|url| url.trim_end_matches('/').to_owned());
    // Beside a database, commands do their work themselves.
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
    let _tended = Tended(tokio::spawn(core.clone().media_sweep_round()));
    println!("{}", tr_with(lang, "cli-serving", &[("url", own_url.clone().into())]));
    tracing::info!(url = own_url, version = env!("CARGO_PKG_VERSION"), "listening");
    match tls {
        Some(config) => {
            let listener = TlsListener::new(listener, config).map_err(cannot_listen)?;
            http::serve(app, listener, ServeOptions::default(), told_to_stop()).await;
        }
        None => {
            // Small answers leave at once.
            let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
            http::serve(app, listener, ServeOptions::default(), told_to_stop()).await;
        }
    }
    owner.abort();
    tracing::info!("stopped");
    Ok(tr(lang, "cli-stopped"))
}

/// 1 h between looks whether a new day has begun.
const LOOK_EVERY: std::time::Duration = std::time::Duration::from_secs(3600);

/// What a server does without being asked: judges what an older one could not, and prunes once a day.
async fn housekeeping_round(core: LocalCore) {
    // The protocol's version counts too: a build between two releases may know more than the last one.
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
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Where photos lie: the place that was named, else the data folder.
pub(super) fn photos(named: Option<&str>, data: &DataDir, lang: Lang) -> Result<StoredObjects, Failure> {
    let place = named.map_or_else(|| Ok(ObjectsLocation::Folder(data.photos())), str::parse::<ObjectsLocation>);
    place.and_then(|place| place.open()).map_err(|error| match error {
        LocationError::Malformed(place) => Failure::refused(lang, "cli-objects-place", &[("place", place.into())]),
        LocationError::InTheClear(url) => Failure::refused(lang, "cli-objects-clear", &[("url", url.into())]),
        LocationError::Folder(path, why) => Failure::of_data(&DataError::Folder(path, why), lang),
        LocationError::Authorities(path, why) => {
            let args = [("file", path.display().to_string().into()), ("why", why.into())];
            Failure::refused(lang, "cli-objects-authorities", &args)
        }
        LocationError::Settings(why) => Failure::refused(lang, "cli-objects-settings", &[("why", why.into())]),
    })
}

/// Ends with the server.
struct Tended(tokio::task::JoinHandle<()>);

impl Drop for Tended {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Logs to standard error. A panic says where, never with which values: they may be somebody's.
fn start_log(format: &str) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    // Whatever is asked for: the database's own driver would log statements as they are sent.
    let quiet = "tokio_postgres=info".parse().expect("a directive of constant form");
    let filter = filter.add_directive(quiet);
    let builder =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    // Set before by whoever embeds the server: theirs stays.
    let _ = if format == "json" { builder.json().flatten_event(true).try_init() } else { builder.try_init() };
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a part of the server panicked");
    }));
}
