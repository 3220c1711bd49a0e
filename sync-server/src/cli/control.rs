//! How a running server takes commands: a socket in the data folder that only the folder's owner can open. One question,
//! one answer, both JSON.

use super::{
    Failure,
    office::{Answer, Ask, perform},
};
use crate::{
    data::{DataDir, LocalCore},
    text::Lang,
};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Question {
    /// Of whoever reads the answer.
    lang: String,
    ask: Ask,
}

/// Listens until it is dropped.
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
    const QUESTION_MAX: u64 = 512 << 20;
    /// 10 minutes: a whole city's roster on a slow disk.
    const PATIENCE: Duration = Duration::from_secs(600);

    pub fn listen(data: &DataDir, core: LocalCore, server: String) -> io::Result<Control> {
        let path = data.control();
        // Left behind by a process that was killed: whoever holds the folder's lock may remove it.
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
        (&mut stream).take(QUESTION_MAX).read_to_end(&mut bytes).await?;
        let Question { lang, ask } = serde_json::from_slice(&bytes)?;
        drop(bytes);
        let mut answer = perform(core, ask, Lang::from_code(&lang).unwrap_or_default()).await;
        if let Answer::Enrolled { server: known, .. } = &mut answer {
            *known = Some(server.to_owned());
        }
        stream.write_all(&serde_json::to_vec(&answer)?).await?;
        stream.shutdown().await
    }

    pub async fn send(data: &DataDir, ask: &Question) -> io::Result<Answer> {
        let exchange = async {
            let mut stream = UnixStream::connect(data.control()).await?;
            stream.write_all(&serde_json::to_vec(ask)?).await?;
            stream.shutdown().await?;
            let mut bytes = Vec::new();
            stream.read_to_end(&mut bytes).await?;
            Ok(serde_json::from_slice(&bytes)?)
        };
        tokio::time::timeout(PATIENCE, exchange).await.map_err(io::Error::from)?
    }
}

#[cfg(unix)]
pub use unix::listen;

/// Has the running server do it.
#[cfg(unix)]
pub async fn send(data: &DataDir, ask: Ask, lang: Lang) -> Result<Answer, Failure> {
    // Whoever holds the folder may be another command and not a server.
    unix::send(data, &Question { lang: lang.code().to_owned(), ask })
        .await
        .map_err(|_| Failure::unusable(lang, "cli-data-in-use", &[]))
}

/// Without such sockets a running server takes no commands.
#[cfg(not(unix))]
pub async fn send(_: &DataDir, _: Ask, lang: Lang) -> Result<Answer, Failure> {
    Err(Failure::unusable(lang, "cli-data-in-use", &[]))
}
