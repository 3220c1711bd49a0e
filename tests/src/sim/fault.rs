//! The kinds of faults besides those of the network.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    DeviceKilled,
    PowerCut,
    DeviceCloned,
    DeviceRestored,
    DeviceDiskFull,
    ClockJumps,
    DeviceRevoked,
    DeviceEnrolledAgain,
    ServerRestored,
    PhotosPutBack,
    ServerRestarted,
    WorkerLeaves,
    UnreadableOperation,
    NewerOperation,
    NewerWordFromOffice,
    ServerUpgraded,
}

impl Fault {
    pub const ALL: [Self; 16] = [
        Self::DeviceKilled,
        Self::PowerCut,
        Self::DeviceCloned,
        Self::DeviceRestored,
        Self::DeviceDiskFull,
        Self::ClockJumps,
        Self::DeviceRevoked,
        Self::DeviceEnrolledAgain,
        Self::ServerRestored,
        Self::PhotosPutBack,
        Self::ServerRestarted,
        Self::WorkerLeaves,
        Self::UnreadableOperation,
        Self::NewerOperation,
        Self::NewerWordFromOffice,
        Self::ServerUpgraded,
    ];
}
