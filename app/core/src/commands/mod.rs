//! How a command is carried out: one file per group, each command one transaction. [`dispatch`] checks what a command
//! requires and calls its function; [`saving`] holds what all saving commands share.

mod access;
mod amend;
mod assistance;
mod bundle;
mod connection;
mod dispatch;
mod drafts;
mod feedback;
mod need;
mod photos;
mod recipient;
mod reveal;
mod review;
mod saving;
mod space;
mod stuck;
#[cfg(test)]
mod tests;
mod visit;
