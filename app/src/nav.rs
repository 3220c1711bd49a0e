//! Where a screen can lead, as values that know their address and nothing of the screens. The route table (`routes`)
//! refers to every screen, so screens navigate by these and not by routes.

use std::fmt;

use dioxus::prelude::*;
use uuid::Uuid;

/// A screen and what it is opened for. `Display` writes its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination {
    Welcome,
    SetPin,
    Unlock,
    Revoked,
    InactivityLocked,
    Today,
    Recipients,
    Sync,
    Mine,
    Report,
    RecipientCard {
        id: Uuid,
    },
    RecordMenu,
    Visit {
        recipient: Uuid,
    },
    Contact {
        recipient: Uuid,
    },
    /// Without a recipient: goods or money for several households.
    Assist {
        recipient: Option<Uuid>,
    },
    NewNeed {
        recipient: Uuid,
    },
    NeedDetail {
        need: Uuid,
    },
    RecordDetail {
        row: Uuid,
    },
    Reviews,
    ReviewCase {
        review: Uuid,
    },
    Settings,
    Feedback,
    Emergency,
    Gallery,
    NotFound,
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Welcome => f.write_str("/"),
            Self::SetPin => f.write_str("/set-pin"),
            Self::Unlock => f.write_str("/unlock"),
            Self::Revoked => f.write_str("/revoked"),
            Self::InactivityLocked => f.write_str("/inactivity-locked"),
            Self::Today => f.write_str("/today"),
            Self::Recipients => f.write_str("/recipients"),
            Self::Sync => f.write_str("/sync"),
            Self::Mine => f.write_str("/mine"),
            Self::Report => f.write_str("/report"),
            Self::RecipientCard { id } => write!(f, "/recipients/{id}"),
            Self::RecordMenu => f.write_str("/record"),
            Self::Visit { recipient } => write!(f, "/visit/{recipient}"),
            Self::Contact { recipient } => write!(f, "/contact/{recipient}"),
            Self::Assist { recipient: Some(recipient) } => write!(f, "/assist?recipient={recipient}"),
            Self::Assist { recipient: None } => f.write_str("/assist"),
            Self::NewNeed { recipient } => write!(f, "/needs/new/{recipient}"),
            Self::NeedDetail { need } => write!(f, "/needs/{need}"),
            Self::RecordDetail { row } => write!(f, "/records/{row}"),
            Self::Reviews => f.write_str("/reviews"),
            Self::ReviewCase { review } => write!(f, "/reviews/{review}"),
            Self::Settings => f.write_str("/settings"),
            Self::Feedback => f.write_str("/feedback"),
            Self::Emergency => f.write_str("/emergency"),
            Self::Gallery => f.write_str("/gallery"),
            Self::NotFound => f.write_str("/not-found"),
        }
    }
}

/// Opens `to`, with a way back to the present screen.
pub fn open(to: Destination) {
    navigator().push(NavigationTarget::Internal(to.to_string()));
}

/// Opens `to` in place of the present screen.
pub fn replace_with(to: Destination) {
    navigator().replace(NavigationTarget::Internal(to.to_string()));
}

/// Goes back to the screen before this one; to the start page where the app was opened on this screen.
pub fn leave() {
    if navigator().can_go_back() {
        navigator().go_back();
    } else {
        replace_with(Destination::Today);
    }
}
