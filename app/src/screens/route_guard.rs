//! The guard before every screen: which screens a phase of the device allows, and where it redirects from the others.
//! After a kill at any step, a lock or a withdrawal of access the app therefore opens on the right screen, and
//! returns afterwards.

use chrono::{DateTime, Duration, Utc};
use device_core::{Device, views::Phase};
use dioxus::prelude::*;

use super::parts::{EmergencyButton, Loading, Refused};
use crate::{
    components::{Page, TopBar},
    i18n::tr,
    nav::{self, Destination},
    state::{enrolment, now, use_device, use_query, use_status},
};

/// 5 minutes in the background lock the app: long enough for a call, short enough for a phone that was put down.
const LOCK_AFTER: Duration = Duration::minutes(5);

/// Where `phase` redirects from `at`; `None` to stay. `locked_at` is the screen that was open when the app was locked.
fn redirect(phase: Phase, at: Destination, locked_at: Option<Destination>) -> Option<Destination> {
    use Destination as D;
    // The emergency numbers are open in every phase; the gallery and the page that is not found show no personal data.
    if matches!(at, D::Emergency | D::Gallery | D::NotFound) {
        return None;
    }
    let to = match (phase, at) {
        (Phase::New, D::Welcome | D::SetPin) => return None,
        (Phase::New | Phase::Unenrolled, _) => D::Welcome,
        (Phase::Locked, _) => D::Unlock,
        (Phase::Ready, at) if is_before_ready(at) => locked_at.unwrap_or(D::Today),
        (Phase::Ready, _) => return None,
        // A new code may enrol the device again; unsent work may be looked at, and the appearance may be changed.
        (Phase::Revoked, D::Revoked | D::Welcome | D::Settings) => return None,
        (Phase::Revoked, _) => D::Revoked,
        // One contact with the server makes the device ready again, and the guard returns to `locked_at`.
        (Phase::InactivityLocked, D::InactivityLocked | D::Settings) => return None,
        (Phase::InactivityLocked, _) => D::InactivityLocked,
    };
    (to != at).then_some(to)
}

/// The screens that a ready device has no use for. The app does not return to them after unlocking.
const fn is_before_ready(at: Destination) -> bool {
    use Destination as D;
    matches!(at, D::Welcome | D::SetPin | D::Unlock | D::Revoked | D::InactivityLocked)
}

/// Shows `children`, the screen at `at`, if the phase of the device allows; otherwise redirects.
#[component]
pub fn RouteGuard(at: Destination, children: Element) -> Element {
    let device = use_device();
    let phase = use_status().map(|status| status.phase);
    let mut locked_at = use_signal(|| None::<Destination>);
    enrolment::provide_pending();
    use_lock_when_away();
    let to = phase.and_then(|phase| redirect(phase, at, *locked_at.peek()));
    use_effect(use_reactive!(|(phase, at, to)| {
        let (Some(phase), Some(to)) = (phase, to) else { return };
        match phase {
            Phase::Locked | Phase::InactivityLocked if !is_before_ready(at) => locked_at.set(Some(at)),
            Phase::Ready => {
                locked_at.set(None);
                if at == Destination::Welcome {
                    enrolment::drop_draft(&device);
                }
            }
            _ => {}
        }
        nav::replace_with(to);
    }));
    rsx! {
        if phase.is_none() {
            NoPhaseYet {}
        } else if to.is_none() {
            {children}
        }
    }
}

/// Shown until the core reports the phase, or with the refusal if it cannot.
#[component]
fn NoPhaseYet() -> Element {
    let status = use_query(|device| async move { device.status().await });
    rsx! {
        Page {
            testid: "screen-no-phase",
            top: rsx! {
                TopBar { title: tr("common-app-name") }
            },
            match status.refusal() {
                None => rsx! {
                    Loading {}
                },
                Some(refusal) => rsx! {
                    Refused { refusal, on_retry: move |()| status.reload() }
                    EmergencyButton {}
                },
            }
        }
    }
}

/// Whether the app was in the background for too long. A clock that went backwards counts as too long.
fn too_long(hidden: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now < hidden || now - hidden >= LOCK_AFTER
}

/// Locks when the app comes back after [`LOCK_AFTER`]. The time is measured on return, because timers stop in the
/// background.
fn use_lock_when_away() {
    let device = use_device();
    let status = use_status();
    let open = status.is_some_and(|status| {
        matches!(status.phase, Phase::Ready | Phase::Unenrolled | Phase::Revoked | Phase::InactivityLocked)
    });
    let mut may_lock = use_signal(|| open);
    use_effect(use_reactive!(|open| may_lock.set(open)));
    use_future(move || lock_after_background(device.clone(), may_lock));
}

async fn lock_after_background(device: Device, may_lock: Signal<bool>) {
    let mut visibility = document::eval(
        "document.addEventListener('visibilitychange', () => dioxus.send(document.visibilityState === 'hidden'));
         await new Promise(() => {});",
    );
    let mut hidden = None;
    // The loop ends when the page goes.
    while let Ok(is_hidden) = visibility.recv::<bool>().await {
        if is_hidden {
            hidden = Some(now());
        } else if hidden.take().is_some_and(|since| too_long(since, now())) && *may_lock.peek() {
            // A refusal means that the device is locked already.
            let _ = device.lock().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const ALL: [Phase; 6] =
        [Phase::New, Phase::Locked, Phase::Unenrolled, Phase::Ready, Phase::Revoked, Phase::InactivityLocked];

    /// The screen on which the app opens; past the PIN, the one to which unlocking leads.
    fn first(phase: Phase) -> Destination {
        let from = if phase == Phase::New { Destination::Welcome } else { Destination::Unlock };
        redirect(phase, from, None).unwrap_or(from)
    }

    #[test]
    fn each_phase_opens_on_its_own_screen() {
        assert_eq!(
            ALL.map(first),
            [
                Destination::Welcome,
                Destination::Unlock,
                Destination::Welcome,
                Destination::Today,
                Destination::Revoked,
                Destination::InactivityLocked
            ]
        );
    }

    #[test]
    fn no_redirect_leads_to_another_redirect() {
        let id = Uuid::from_u128(1);
        let destinations = [
            Destination::Welcome,
            Destination::SetPin,
            Destination::Unlock,
            Destination::Revoked,
            Destination::InactivityLocked,
            Destination::Today,
            Destination::Sync,
            Destination::Mine,
            Destination::Settings,
            Destination::Visit { recipient: id },
        ];
        for phase in ALL {
            for at in destinations {
                if let Some(to) = redirect(phase, at, None) {
                    assert_eq!(redirect(phase, to, None), None, "{phase:?}: {at} → {to}");
                }
            }
        }
    }

    #[test]
    fn no_personal_data_is_shown_before_the_pin() {
        for at in
            [Destination::Today, Destination::Mine, Destination::Sync, Destination::RecipientCard { id: Uuid::nil() }]
        {
            for phase in [Phase::New, Phase::Locked, Phase::Unenrolled, Phase::Revoked, Phase::InactivityLocked] {
                assert!(redirect(phase, at, None).is_some(), "{phase:?} {at}");
            }
        }
    }

    #[test]
    fn the_emergency_numbers_are_open_in_every_phase() {
        for phase in ALL {
            assert_eq!(redirect(phase, Destination::Emergency, None), None);
        }
    }

    #[test]
    fn unlocking_returns_to_the_screen_that_was_open() {
        let visit = Destination::Visit { recipient: Uuid::from_u128(1) };
        assert_eq!(redirect(Phase::Ready, Destination::Unlock, Some(visit)), Some(visit));
        assert!(!is_before_ready(visit) && is_before_ready(Destination::Unlock));
    }

    #[test]
    fn five_minutes_in_the_background_lock_and_so_does_a_clock_that_went_back() {
        let then = now();
        assert!(!too_long(then, then + Duration::seconds(299)));
        assert!(too_long(then, then + Duration::seconds(300)));
        assert!(too_long(then, then - Duration::seconds(1)));
    }
}
