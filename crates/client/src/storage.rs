//! A device on a file: opening it, and writing each of its steps.

use std::path::Path;

use crate::{
    Device, DeviceState, Result, StorageError,
    clocks::DeviceClock,
    copy::LocalCopy,
    file::{DeviceFile, Outlives},
    outbox::Outbox,
    transport::Transport,
};
use bazdid_clock::SharedIds;
use bazdid_protocol::ids::AccountId;

impl DeviceState {
    /// What a device keeps that has never met the server.
    #[must_use]
    pub fn new(account: AccountId, name: &str, clock: &DeviceClock, ids: &SharedIds) -> Self {
        Self {
            device: None,
            nonce: ids.uuid(clock.wall()).to_string(),
            name: name.to_owned(),
            account,
            copy: LocalCopy::default(),
            outbox: Outbox::default(),
            forks: 0,
            former: Vec::new(),
        }
    }
}

impl<T: Transport> Device<T> {
    /// A device on a file. If there is none it is made, and the device registers with its first sync; otherwise it goes on where it was, whatever
    /// ended it. One file is one person's on one device, and one process at a time has it.
    ///
    /// # Errors
    /// The file is in use, is not a device's, is from a newer version or another account's, or cannot be read or written.
    pub fn open(
        path: &Path,
        transport: T,
        account: AccountId,
        name: &str,
        clock: DeviceClock,
        ids: SharedIds,
    ) -> Result<Self, StorageError> {
        let (file, held) = DeviceFile::open(path)?;
        let state = held.unwrap_or_else(|| DeviceState::new(account, name, &clock, &ids));
        if state.account != account {
            return Err(StorageError::OtherAccount);
        }
        let mut device = Self { file: Some(file), ..Self::restored(state, transport, clock, ids) };
        device.save(Outlives::PowerCut)?;
        Ok(device)
    }

    /// Puts a backup in the place of what the device keeps, in memory and in its file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn put_back(&mut self, backup: DeviceState) -> Result<(), StorageError> {
        self.state = backup;
        self.save(Outlives::PowerCut)
    }

    /// Why something that was done is not in the file, if so: the disk is full, say. It is in memory all the same; every further act and every
    /// sync tries to write it again, and no sync sends what is not written. An app shows this.
    #[must_use]
    pub const fn unwritten(&self) -> Option<&StorageError> {
        self.unwritten.as_ref()
    }

    /// A person did something: it is to be there whatever happens next.
    pub(super) fn record(&mut self) {
        // Whoever acts goes on all the same; `unwritten` has the fault.
        drop(self.save(Outlives::PowerCut));
    }

    /// One step of a sync is done.
    pub(super) fn write(&mut self, outlives: Outlives) -> Result<()> {
        Ok(self.save(outlives)?)
    }

    fn save(&mut self, outlives: Outlives) -> Result<(), StorageError> {
        let Some(file) = &mut self.file else { return Ok(()) };
        let saved = file.save(&mut self.state, outlives);
        self.unwritten = saved.clone().err();
        saved
    }
}
