//! Up, down and up again.

use crate::{
    common::TestDb,
    fixtures::{at, id},
};
use bazdid_domain::{
    account::{Account, ClockTrust, Device},
    organisation::ActiveState,
};
use bazdid_protocol::ids::DeviceId;
use bazdid_store::{self as store, migrate, pending, revert_all, session::Session};

#[test]
fn migrations_go_up_down_and_up_again() {
    for t in TestDb::both() {
        assert!(pending(&t.url).unwrap().is_empty());
        assert_eq!(migrate(&t.url).unwrap(), Vec::<String>::new(), "a second run does nothing");
        let down = revert_all(&t.url).unwrap();
        assert_eq!(pending(&t.url).unwrap().len(), down.len());
        assert!(t.db().read_blocking(bazdid_store::area::list_areas).is_err(), "the tables are gone");
        assert_eq!(migrate(&t.url).unwrap().len(), down.len());
        assert!(t.db().read_blocking(bazdid_store::area::list_areas).unwrap().is_empty());
    }
}

#[test]
fn logins_of_a_former_version_end_with_any_device_of_their_account() {
    const FILL: [&str; 2] = [
        include_str!("../../migrations/sqlite/2026-12-01-190020_devices_of_open_sessions/up.sql"),
        include_str!("../../migrations/postgres/2026-12-01-190020_devices_of_open_sessions/up.sql"),
    ];
    for t in TestDb::both() {
        let fill = FILL[usize::from(t.url.starts_with("postgres"))];
        // (session, account, ended), (device, account, revoked, retired)
        let sessions = [(11, 1, false), (12, 1, true), (13, 1, false), (21, 2, false)];
        let devices = [(31, 1, false, false), (32, 1, true, false), (33, 1, true, true), (41, 2, false, false)];
        t.db()
            .write_blocking(move |tx| {
                for n in [1, 2] {
                    store::account::save_accounts(tx, &[account(n)])?;
                }
                for (n, of, ended) in sessions {
                    let revoked_at = ended.then(|| at(5));
                    let reason = ended.then(|| "logout".to_owned());
                    let row = Session { id: id(n), account_id: id(of), created_at: at(0), revoked_at, revoked_reason: reason };
                    store::session::insert_session(tx, &row)?;
                }
                for (n, of, revoked, retired) in devices {
                    assert!(store::account::insert_device(tx, &Device { retired, revoked_at: revoked.then(|| at(5)), ..device(n, of) })?);
                }
                store::session::insert_session_device(tx, id(13), id(31))
            })
            .unwrap();
        t.run_sql(fill);
        let of = |session: u128| -> Vec<DeviceId> {
            let found = t.db().read_blocking(|tx| store::session::find_session_with_devices(tx, id(session))).unwrap().unwrap();
            let mut devices = found.1;
            devices.sort_unstable();
            devices
        };
        assert_eq!(of(11), [id(31), id(33)], "every device of the account that may still be lost");
        assert_eq!(
            (of(12), of(13), of(21)),
            (vec![], vec![id(31)], vec![id(41)]),
            "an ended login; one that knows its device; another account's"
        );
        let ended = t.db().write_blocking(|tx| store::session::revoke_sessions_of_device(tx, id(33), at(9))).unwrap();
        assert_eq!(ended, 1);
    }
}

fn account(n: u128) -> Account {
    Account {
        id: id(n),
        rev: 1,
        login: format!("login-{n}"),
        display_name: format!("person {n}"),
        locale: "fa".into(),
        state: ActiveState::Active,
        phone_encrypted: None,
        created_at: at(0),
        updated_at: at(0),
    }
}

fn device(n: u128, of: u128) -> Device {
    Device {
        id: id(n),
        rev: 1,
        account_id: id(of),
        nonce: format!("nonce {n}"),
        name: "phone".into(),
        platform: "android".into(),
        app_version: "1".into(),
        enrolled_at: at(0),
        revoked_at: None,
        retired: false,
        last_pull_at: None,
        last_push_at: None,
        applied_through: 0,
        chain: "0".repeat(64),
        clock_offset_us: 0,
        clock_trust: ClockTrust::Unknown,
        last_eff: at(0),
        pending: 0,
        acked_through: 0,
    }
}

#[test]
fn an_unknown_scheme_is_refused_with_what_would_be_right() {
    let refusal = migrate("mysql://x").unwrap_err();
    assert!(refusal.detail.unwrap().contains("sqlite:// or postgres://"));
}
