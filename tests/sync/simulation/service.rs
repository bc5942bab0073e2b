//! Accounts that are closed and opened again, phones that are taken out of service, and what was handed in then.

use bazdid_client::{ClientError, PullReport, PushReport, Result};
use bazdid_domain::{
    conflict::{ConflictKind, ConflictStatus, Resolution},
    organisation::ActiveState,
};
use bazdid_protocol::{
    ids::{DeviceId, MutationId},
    outcome::OutcomeCode,
    time::Timestamp,
};
use bazdid_service::{
    account,
    conflict::{self, Resolve},
    device,
};
use bazdid_store::{self as store, conflict::ConflictFilter};

use crate::{
    city::{ADMIN, Phone, SUPERVISOR, SharedCity, id},
    simulation::{
        day::{Day, Held, PEOPLE},
        dice::Dice,
    },
};

/// So many phones at most take the place of others.
const NEW_PHONES: usize = 2;
/// Phones in a day at most, with two clones.
const MAX_PHONES: usize = PEOPLE.len() + 2 + NEW_PHONES;

/// How much of what was done with a phone was set aside.
pub fn handed_in(phone: &Phone) -> usize {
    let aside = |code: Option<OutcomeCode>| code == Some(OutcomeCode::Quarantined);
    phone.state.outbox.journal().filter(|e| e.result.as_ref().is_some_and(|r| aside(r.code))).count()
}

/// When a phone was taken out of service.
pub fn out_of_service(city: &SharedCity, phone: &Phone) -> Option<Timestamp> {
    let device = phone.state.device?;
    city.read(|tx| store::account::find_device(tx, device)).and_then(|d| d.revoked_at)
}

/// Whether somebody may read with a device.
pub fn reads(city: &SharedCity, who: u128, device: DeviceId) -> bool {
    let in_service = city.read(|tx| store::account::find_device(tx, device)).is_some_and(|d| d.revoked_at.is_none());
    in_service && is_open(city, who)
}

/// Whether a sync was refused for this reason.
pub fn refused(came: &Result<(PushReport, PullReport)>, why: &str) -> bool {
    matches!(came, Err(ClientError::Refused { code, .. }) if code == why)
}

fn is_open(city: &SharedCity, who: u128) -> bool {
    city.read(|tx| store::account::find_account(tx, id(who))).unwrap().state == ActiveState::Active
}

impl Day {
    /// Somebody is closed out or let in again, or their phone is taken out of service and they get another one.
    pub fn change_service(&mut self, n: usize, dice: &mut Dice) {
        let who = self.phones[n].who;
        match dice.below(5) {
            0 => self.open_accounts(),
            1 | 2 if who != SUPERVISOR && is_open(&self.city, who) => {
                self.set_state(who, ActiveState::Disabled);
                self.count("an account was closed");
                self.tell(format!("the account of {who} is closed"));
            }
            _ => self.revoke(n),
        }
    }

    fn set_state(&self, who: u128, to: ActiveState) {
        let ctx = self.city.ctx(Some(id(ADMIN)));
        self.city.write(move |tx| {
            let rev = store::account::find_account(tx, id(who))?.unwrap().rev;
            match to {
                ActiveState::Active => account::enable(tx, &ctx, id(who), rev).map(drop),
                ActiveState::Disabled => account::disable(tx, &ctx, id(who), rev).map(drop),
            }
        });
    }

    /// Who was closed out is let in again.
    pub fn open_accounts(&mut self) {
        for who in PEOPLE {
            if !is_open(&self.city, who) {
                self.set_state(who, ActiveState::Active);
                self.count("an account was opened again");
                self.tell(format!("the account of {who} is opened again"));
            }
        }
    }

    /// A phone is taken out of service, though its person may still have it, and gets another one.
    fn revoke(&mut self, n: usize) {
        let Held { who, phone, .. } = &self.phones[n];
        let (who, Some(device)) = (*who, phone.state.device) else { return };
        if self.phones.len() >= MAX_PHONES || !reads(&self.city, who, device) {
            return;
        }
        let ctx = self.city.ctx(Some(id(ADMIN)));
        self.city.write(move |tx| device::revoke(tx, &ctx, device).map(drop));
        let file = self.new_file();
        self.phones.push(Held::new(who, self.city.device_on(who, &file), file));
        self.count("a device was taken out of service");
        self.tell(format!("phone {n} of {who} is taken out of service"));
    }

    /// What a sync of somebody out of service came to.
    pub fn count_out_of_service(&mut self, came: &Result<(PushReport, PullReport)>, handed_in: bool, waits: bool) {
        for code in ["account_disabled", "device_revoked"] {
            if refused(came, code) && (handed_in || waits) {
                self.count(&format!("{code}: {}", if handed_in { "handed in" } else { "refused, it stays on the phone" }));
            }
        }
        if came.as_ref().is_ok_and(|(_, pulled)| pulled.server_restored) {
            self.count("a phone found that the server was put back");
        }
    }

    /// A supervisor lets in or leaves out what was set aside.
    pub fn decide_kept(&mut self, dice: &mut Dice) {
        let ctx = self.city.ctx(Some(id(SUPERVISOR)));
        let kind = Some(ConflictKind::Quarantined);
        let filter = ConflictFilter { status: Some(ConflictStatus::Open), kind, limit: 50, ..ConflictFilter::default() };
        let open = self.city.read(|tx| conflict::list(tx, &ctx, &filter));
        // The causes of these conflicts are commands.
        let picked: Vec<_> = open.iter().map(|c| (c.id, c.rev, MutationId::new(c.mutation_id.uuid()))).collect();
        let Some((conflict, rev, mutation)) = dice.pick(&picked) else { return self.tell("nothing is set aside") };
        let resolution = if dice.below(3) == 0 { Resolution::Discard } else { Resolution::Adopt };
        let command = Resolve { resolution, note: None, value: None, into: None };
        let done = self.city.db.write_blocking(move |tx| conflict::resolve(tx, &ctx, conflict, rev, &command));
        let of = self.city.read(|tx| {
            let row = store::mutation::find_mutations(tx, &[mutation])?.pop();
            let device = row.map(|r| store::account::find_device(tx, r.device_id)).transpose()?.flatten();
            Ok(device.is_some_and(|d| d.revoked_at.is_some()))
        });
        let device = if of { " of a device out of service" } else { "" };
        match done {
            Ok(_) => {
                self.count(&format!("set aside{device}: {resolution}"));
                self.tell(format!("what was set aside{device} ({conflict}): {resolution}"));
            }
            Err(e) => {
                assert_ne!(e.code, bazdid_protocol::error::Code::Internal, "{e} {:?} {:?}", e.internal, e.source);
                self.tell(format!("what was set aside ({conflict}) cannot be decided: {e}"));
            }
        }
    }
}
