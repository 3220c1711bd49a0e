//! How a running server takes commands: a socket in the data folder that only the folder's owner can open. One request
//! and one reply for each connection, both JSON.

use super::{
    admin::{AdminReply, AdminRequest, perform},
    failure::Failure,
};
use crate::{
    data::{DataDir, LocalCore},
    text::Lang,
};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Message {
    /// The language of the reply.
    lang: String,
    #[serde(rename = "ask")]
    request: AdminRequest,
}

/// The socket of a running server, closed and removed on drop.
pub struct Control {
    task: tokio::task::AbortHandle,
    path: std::path::PathBuf,
}

impl Drop for Control {
    fn drop(&mut self) {
        self.task.abort();
        let _ = std::fs::remove_file(&self.path);
    }
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::{io, os::unix::fs::PermissionsExt, time::Duration};
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::{UnixListener, UnixStream},
    };

    /// 512 MiB: five lists at their largest, in base64.
    const MESSAGE_MAX: u64 = 512 << 20;
    /// 10 minutes: a whole city's roster on a slow disk.
    const REPLY_TIMEOUT: Duration = Duration::from_secs(600);

    /// Takes commands for a core until the result is dropped.
    ///
    /// # Errors
    /// The system's, where the socket cannot be created.
    pub fn listen(data: &DataDir, core: LocalCore, server: String) -> io::Result<Control> {
        let path = data.control();
        // Left by a process that was killed: the holder of the folder's lock may remove it.
        let _ = std::fs::remove_file(&path);
        let listener = UnixListener::bind(&path)?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
        let task = tokio::spawn(async move {
            loop {
                match listener.accept().await {
                    Ok((stream, _)) => {
                        let (core, server) = (core.clone(), server.clone());
                        tokio::spawn(async move {
                            if let Err(error) = serve_one(stream, &core, &server).await {
                                tracing::warn!(%error, "a command on the control socket broke off");
                            }
                        });
                    }
                    Err(error) => {
                        tracing::warn!(%error, "the control socket does not accept");
                        tokio::time::sleep(Duration::from_secs(1)).await;
                    }
                }
            }
        });
        Ok(Control { task: task.abort_handle(), path })
    }

    async fn serve_one(mut stream: UnixStream, core: &LocalCore, server: &str) -> io::Result<()> {
        let mut bytes = Vec::new();
        (&mut stream).take(MESSAGE_MAX).read_to_end(&mut bytes).await?;
        let Message { lang, request } = serde_json::from_slice(&bytes)?;
        drop(bytes);
        let mut reply = perform(core, request, Lang::from_code(&lang).unwrap_or_default()).await;
        if let AdminReply::Enrolled { server: known, .. } = &mut reply {
            *known = Some(server.to_owned());
        }
        stream.write_all(&serde_json::to_vec(&reply)?).await?;
        stream.shutdown().await
    }

    /// One request and its reply.
    pub async fn send(data: &DataDir, message: &Message) -> io::Result<AdminReply> {
        let exchange = async {
            let mut stream = UnixStream::connect(data.control()).await?;
            stream.write_all(&serde_json::to_vec(message)?).await?;
            stream.shutdown().await?;
            let mut bytes = Vec::new();
            stream.read_to_end(&mut bytes).await?;
            Ok(serde_json::from_slice(&bytes)?)
        };
        tokio::time::timeout(REPLY_TIMEOUT, exchange).await.map_err(io::Error::from)?
    }
}

#[cfg(unix)]
pub use unix::listen;

/// Sends a request to the running server.
///
/// # Errors
/// Unusable where the server does not answer: the folder's holder may be another command.
#[cfg(unix)]
pub async fn send(data: &DataDir, request: AdminRequest, lang: Lang) -> Result<AdminReply, Failure> {
    unix::send(data, &Message { lang: lang.code().to_owned(), request })
        .await
        .map_err(|_| Failure::unusable(lang, "cli-data-in-use", &[]))
}

/// Without such sockets a running server takes no commands.
///
/// # Errors
/// Always.
#[cfg(not(unix))]
pub async fn send(_: &DataDir, _: AdminRequest, lang: Lang) -> Result<AdminReply, Failure> {
    Err(Failure::unusable(lang, "cli-data-in-use", &[]))
}
