//! Accounts, their grants and passwords, and the devices they enrol.

use std::thread;

use bazdid_domain::{
    account::{Device, Role},
    organisation::{ActiveState, OrganisationKind},
};
use bazdid_protocol::{
    error::{Code, Error, Result},
    ids::{AccountId, AreaId, GrantId},
};
use bazdid_service::{
    account::{
        self, AccountPatch, AccountQuery, NewAccount, Person,
        grant::{self, NewGrant},
        password::{self, NewPassword},
    },
    auth::{self, Login, Tokens},
    device::{self, NewDevice},
    reference,
};
use bazdid_store as store;

use crate::city::{City, PASSWORD, id};

#[track_caller]
fn code<T>(result: Result<T>) -> Code {
    match result {
        Ok(_) => panic!("it was allowed"),
        Err(Error { code, .. }) => code,
    }
}

#[track_caller]
fn pointers<T>(result: Result<T>) -> Vec<String> {
    result.err().unwrap().fields.into_iter().map(|f| f.pointer).collect()
}

fn new_account(login: &str) -> NewAccount {
    NewAccount { login: login.into(), display_name: "مریم".into(), locale: "fa".into(), phone: None, password: None }
}

fn create(city: &City, by: AccountId, new: NewAccount) -> Result<Person> {
    let ctx = city.ctx_of(by);
    city.try_write(move |tx| account::create(tx, &ctx, &new))
}

fn give(city: &City, by: AccountId, to: AccountId, rev: i64, new: NewGrant) -> Result<(Person, GrantId)> {
    let ctx = city.ctx_of(by);
    city.try_write(move |tx| grant::grant(tx, &ctx, to, rev, &new))
}

fn role(role: Role) -> NewGrant {
    NewGrant { role, organisation_id: None, areas: Vec::new(), valid_from: None, valid_to: None }
}

fn logins(page: &(Vec<Person>, Option<String>)) -> Vec<&str> {
    page.0.iter().map(|p| p.account.login.as_str()).collect()
}

fn login(city: &City, name: &str, password: &str) -> Result<Tokens> {
    let command = Login { login: name.into(), password: password.into(), origin: Default::default(), known_client: None };
    let ctx = city.ctx();
    let attempt = city.write(move |tx| auth::admit(tx, &ctx, &command))?;
    let ctx = city.ctx();
    let verified = attempt.verify(&ctx)?;
    city.write(move |tx| auth::login(tx, &ctx, &verified, None))
}

/// A city area with one district in it.
fn areas(city: &City) -> (AreaId, AreaId) {
    let (whole, part) = (id(100), id(101));
    let ctx = city.ctx();
    city.write(move |tx| {
        let area = |id, parent_id, kind| bazdid_domain::area::Area {
            id,
            rev: 1,
            code: format!("{id}"),
            kind,
            parent_id,
            name_fa: "قزوین".into(),
            name_en: "Qazvin".into(),
            updated_at: ctx.now,
        };
        use bazdid_domain::area::AreaKind;
        store::area::save_areas(tx, &[area(whole, None, AreaKind::City), area(part, Some(whole), AreaKind::District)])?;
        reference::bump(tx, &ctx)
    });
    (whole, part)
}

#[test]
fn an_account_is_made_by_an_administrator_and_its_phone_is_sealed() {
    for city in City::both() {
        let admin = city.person("admin", Role::Admin, None, &[]);
        let operator = city.person("op-1", Role::Operator, None, &[id(1)]);
        let mut new = new_account(" Maryam.K ");
        new.phone = Some("+98 28 3333 3333".into());
        assert_eq!(code(create(&city, operator, new.clone())), Code::Forbidden);
        let ctx = city.ctx();
        let nobody = new.clone();
        assert_eq!(code(city.try_write(move |tx| account::create(tx, &ctx, &nobody))), Code::Unauthenticated);
        let person = create(&city, admin, new.clone()).unwrap();
        assert_eq!((person.account.login.as_str(), person.account.rev), ("maryam.k", 1));
        assert_eq!(code(create(&city, admin, new)), Code::AlreadyExists);

        let stored = city.read(|tx| store::account::find_account(tx, person.account.id)).unwrap();
        let sealed = stored.phone_encrypted.clone().unwrap();
        assert!(!sealed.windows(8).any(|w| w == b"83333333"));
        assert_eq!(account::open_phone(&city.ctx(), &stored).unwrap().unwrap(), "+982833333333");
        let elsewhere = bazdid_domain::account::Account { id: admin, ..stored };
        assert!(account::open_phone(&city.ctx(), &elsewhere).is_err(), "moved to another account");

        let bad =
            NewAccount { login: "ا".into(), display_name: " ".into(), locale: "de".into(), phone: Some("123".into()), password: None };
        assert_eq!(pointers(create(&city, admin, bad)), ["/login", "/display_name", "/locale", "/phone"]);
        assert_eq!(city.audit(), ["account.create"]);
    }
}

#[test]
fn changes_ask_for_the_revision_that_was_read() {
    for city in City::both() {
        let admin = city.person("admin", Role::Admin, None, &[]);
        let person = create(&city, admin, new_account("op-1")).unwrap().account.id;
        let rename = |rev: i64, name: &str| {
            let ctx = city.ctx_of(admin);
            let patch = AccountPatch { display_name: Some(name.into()), phone: Some(Some("+982833333333".into())), ..Default::default() };
            city.try_write(move |tx| account::update(tx, &ctx, person, rev, &patch))
        };
        assert_eq!(rename(1, "مریم ک").unwrap().account.rev, 2);
        let refusal = rename(1, "زهرا").unwrap_err();
        assert_eq!((refusal.code, refusal.facts["revision"].as_i64()), (Code::PreconditionFailed, Some(2)));
        let won = thread::scope(|s| {
            let tries: Vec<_> = (0..5).map(|n| s.spawn(move || rename(2, &format!("name {n}")).is_ok())).collect();
            tries.into_iter().map(|t| t.join().unwrap()).filter(|ok| *ok).count()
        });
        assert_eq!(won, 1);
        let ctx = city.ctx_of(admin);
        let gone =
            city.write(move |tx| account::update(tx, &ctx, person, 3, &AccountPatch { phone: Some(None), ..AccountPatch::default() }));
        assert!(gone.account.phone_encrypted.is_none() && gone.account.display_name.starts_with("name "));
        let ctx = city.ctx_of(admin);
        assert_eq!(code(city.try_write(move |tx| account::update(tx, &ctx, id(9), 1, &AccountPatch::default()))), Code::NotFound);
    }
}

#[test]
fn an_account_is_closed_and_opened_but_never_the_last_administrators() {
    for city in City::both() {
        let admin = city.person("admin", Role::Admin, None, &[]);
        let second = city.account("second");
        let set = |by: AccountId, who: AccountId, rev: i64, open: bool| {
            let ctx = city.ctx_of(by);
            city.try_write(move |tx| if open { account::enable(tx, &ctx, who, rev) } else { account::disable(tx, &ctx, who, rev) })
        };
        assert_eq!(code(set(admin, second, 1, true)), Code::InvalidTransition, "open already");
        assert_eq!(set(admin, second, 1, false).unwrap().account.state, ActiveState::Disabled);
        assert_eq!(code(login(&city, "second", PASSWORD)), Code::AccountDisabled);
        set(admin, second, 2, true).unwrap();
        login(&city, "second", PASSWORD).unwrap();
        assert_eq!(code(set(admin, admin, 1, false)), Code::InvalidTransition, "their own");

        let ctx = bazdid_service::Ctx { actor: Some(bazdid_domain::actor::Actor::system(city.now())), ..city.ctx() };
        let refused = city.try_write(move |tx| account::disable(tx, &ctx, admin, 1));
        assert_eq!(code(refused), Code::InvalidTransition, "the last administrator");
        let (person, own) = give(&city, admin, second, 3, role(Role::Admin)).unwrap();
        assert_eq!(set(second, admin, 1, false).unwrap().account.state, ActiveState::Disabled);
        let ctx = city.ctx_of(second);
        let rev = person.account.rev;
        assert_eq!(code(city.try_write(move |tx| grant::revoke(tx, &ctx, second, rev, own))), Code::InvalidTransition);
    }
}

#[test]
fn grants_must_make_sense() {
    for city in City::both() {
        let admin = city.person("admin", Role::Admin, None, &[]);
        let who = city.account("op-1");
        let (whole, _) = areas(&city);
        let contractor = city.organisation("c-1", OrganisationKind::Contractor);
        let emergency = city.organisation("e-1", OrganisationKind::EmergencyGroup);
        let partner = city.organisation("p-1", OrganisationKind::Partner);
        let ctx = city.ctx();
        city.write(move |tx| reference::bump(tx, &ctx));
        let now = city.now();
        let mut rev = 1;
        for (new, wrong) in [
            (role(Role::Admin), vec![]),
            (role(Role::Auditor), vec![]),
            (role(Role::Operator), vec!["/areas"]),
            (NewGrant { areas: vec![whole, id(999)], ..role(Role::Supervisor) }, vec!["/areas/1"]),
            (NewGrant { areas: vec![whole, whole], ..role(Role::Inspector) }, vec![]),
            (role(Role::Crew), vec!["/organisation_id"]),
            (NewGrant { organisation_id: Some(partner), ..role(Role::Crew) }, vec!["/organisation_id"]),
            (NewGrant { organisation_id: Some(id(999)), ..role(Role::ContractorManager) }, vec!["/organisation_id"]),
            (NewGrant { organisation_id: Some(contractor), ..role(Role::ContractorManager) }, vec![]),
            (NewGrant { organisation_id: Some(emergency), ..role(Role::Crew) }, vec![]),
            (NewGrant { organisation_id: Some(partner), areas: vec![whole], ..role(Role::Operator) }, vec![]),
            (NewGrant { valid_to: Some(now), ..role(Role::Admin) }, vec!["/valid_to"]),
            (NewGrant { valid_from: Some(now.plus_days(2)), valid_to: Some(now.plus_days(1)), ..role(Role::Admin) }, vec!["/valid_to"]),
            (NewGrant { valid_from: Some(now.plus_days(1)), valid_to: Some(now.plus_days(2)), ..role(Role::Admin) }, vec![]),
        ] {
            let outcome = give(&city, admin, who, rev, new.clone());
            if wrong.is_empty() {
                let (person, _) = outcome.unwrap();
                rev += 1;
                assert_eq!(person.account.rev, rev);
            } else {
                assert_eq!(pointers(outcome), wrong, "{new:?}");
            }
        }
        let grants = city.read(|tx| store::account::list_grants_of(tx, &[who]));
        assert_eq!(grants.len(), 7, "one for each that makes sense");
        assert!(grants.iter().all(|g| g.areas.len() <= 1), "an area twice is an area");
        let inspector = city.person("inspector", Role::Inspector, None, &[whole]);
        assert_eq!(code(give(&city, inspector, inspector, 1, role(Role::Admin))), Code::Forbidden);
    }
}

#[test]
fn a_grant_ends_at_once_and_stays_on_record() {
    for city in City::both() {
        let admin = city.person("admin", Role::Admin, None, &[]);
        let who = city.account("second");
        let (_, now_on) = give(&city, admin, who, 1, role(Role::Auditor)).unwrap();
        let later = NewGrant { valid_from: Some(city.now().plus_days(1)), ..role(Role::Auditor) };
        let (_, later) = give(&city, admin, who, 2, later).unwrap();
        city.clock.advance_minutes(5);
        let end = |rev: i64, grant: GrantId| {
            let ctx = city.ctx_of(admin);
            city.try_write(move |tx| grant::revoke(tx, &ctx, who, rev, grant))
        };
        end(3, now_on).unwrap();
        assert!(city.ctx_of(who).actor.unwrap().roles().is_empty());
        assert_eq!(code(end(4, now_on)), Code::InvalidTransition);
        end(4, later).unwrap();
        assert_eq!(code(end(5, later)), Code::InvalidTransition);
        assert_eq!(code(end(5, id(9))), Code::NotFound);
        city.clock.advance_minutes(2 * 24 * 60);
        assert!(city.ctx_of(who).actor.unwrap().roles().is_empty(), "what had not begun never did");
        assert_eq!(city.read(|tx| store::account::list_grants_of(tx, &[who])).len(), 2);
    }
}

#[test]
fn passwords_are_changed_by_their_owner_and_set_by_an_administrator() {
    for city in City::both() {
        let admin = city.person("admin", Role::Admin, None, &[]);
        let who = city.account("op-1");
        let (here, elsewhere) = (login(&city, "op-1", PASSWORD).unwrap(), login(&city, "op-1", PASSWORD).unwrap());
        let alive = |t: &Tokens| {
            let ctx = city.ctx();
            city.test_db.db().read_blocking(|tx| auth::authenticate(tx, &ctx, &t.access_token)).map(|a| a.session)
        };
        let session = alive(&here).unwrap();
        let change = |old: &str, new: &str| -> Result<()> {
            let (ctx, old) = (city.ctx_of(who), old.to_owned());
            let attempt = city.write(move |tx| password::admit_owner(tx, &ctx, session, &old))?;
            let ctx = city.ctx_of(who);
            let verified = attempt.verify(&ctx)?;
            let new = verified.renewed(&ctx, new)?;
            city.try_write(move |tx| password::change(tx, &ctx, &verified, new.as_ref(), Some(session)))
        };
        assert_eq!(pointers(change("a wrong password", "another long one")), ["/old_password"]);
        assert_eq!(pointers(change(PASSWORD, "short")), ["/new_password"]);
        change(PASSWORD, "another long one").unwrap();
        assert!(alive(&here).is_ok() && alive(&elsewhere).is_err());
        assert_eq!(code(login(&city, "op-1", PASSWORD)), Code::BadCredentials);
        login(&city, "op-1", "another long one").unwrap();
        for _ in 0..5 {
            assert_eq!(pointers(change("a wrong password", "yet another one")), ["/old_password"]);
        }
        assert_eq!(code(change("another long one", "yet another one")), Code::TooManyAttempts, "a stolen token guesses no password");

        let ctx = city.ctx_of(admin);
        let new = NewPassword::new(&ctx, "given by the office", "op-1", "/password").unwrap();
        let person = city.write(move |tx| password::reset(tx, &ctx, who, 1, &new));
        assert!(person.account.rev == 2 && alive(&here).is_err());
        city.clock.advance_minutes(15);
        let again = login(&city, "op-1", "given by the office").unwrap();
        let ctx = city.ctx_of(admin);
        city.write(move |tx| password::end_sessions(tx, &ctx, who, 2));
        assert_eq!(code(alive(&again)), Code::Unauthenticated);
        let ctx = city.ctx_of(who);
        assert_eq!(code(city.try_write(move |tx| password::end_sessions(tx, &ctx, who, 3))), Code::Forbidden);
    }
}

#[test]
fn a_password_changed_while_somebody_logs_in_wins() {
    for city in City::both() {
        let who = city.account("op-1");
        let command = Login { login: "op-1".into(), password: PASSWORD.into(), origin: Default::default(), known_client: None };
        let ctx = city.ctx();
        let attempt = city.write(move |tx| auth::admit(tx, &ctx, &command)).unwrap();
        let ctx = city.ctx();
        let verified = attempt.verify(&ctx).unwrap();
        let hash = bazdid_security::password::hash("another long one", [3; 16], Default::default()).unwrap();
        let credential = store::credential::Credential { account_id: who, password_hash: hash, changed_at: city.now(), must_change: false };
        city.write(move |tx| store::credential::save_credential(tx, &credential));
        assert_eq!(code(city.write(move |tx| auth::login(tx, &ctx, &verified, None))), Code::BadCredentials);
    }
}

#[test]
fn lists_show_whom_one_may_know_of_page_by_page() {
    for city in City::both() {
        let (whole, part) = areas(&city);
        let admin = city.person("admin", Role::Admin, None, &[]);
        let chief = city.person("chief", Role::Supervisor, None, &[whole]);
        let local = city.person("local", Role::Supervisor, None, &[part]);
        city.person("inspector", Role::Inspector, None, &[part]);
        let contractor = city.organisation("c-1", OrganisationKind::Contractor);
        city.person("crew", Role::Crew, Some(contractor), &[]);
        let everybody = ["admin", "chief", "crew", "inspector", "local"];
        let list = |by: AccountId, query: AccountQuery| {
            let ctx = city.ctx_of(by);
            city.test_db.db().read_blocking(|tx| account::list(tx, &ctx, &query))
        };
        let all = AccountQuery { limit: 50, ..AccountQuery::default() };
        assert_eq!(logins(&list(admin, all.clone()).unwrap()), everybody);
        assert_eq!(logins(&list(chief, all.clone()).unwrap()), ["chief", "inspector", "local"]);
        assert_eq!(logins(&list(local, all.clone()).unwrap()), ["inspector", "local"]);
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = list(admin, AccountQuery { limit: 2, after, ..all.clone() }).unwrap();
            seen.extend(logins(&page).into_iter().map(str::to_owned));
            assert!(page.0.iter().all(|p| p.grants.len() == 1));
            after = page.1;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, everybody);
        let text = |t: &str| AccountQuery { text: Some(t.into()), ..all.clone() };
        assert_eq!(logins(&list(admin, text("خانم CREW")).unwrap()), ["crew"], "folded");
        assert!(list(admin, text("%")).unwrap().0.is_empty() && list(admin, text("_")).unwrap().0.is_empty());
        let crew = AccountQuery { role: Some(Role::Crew), ..all.clone() };
        assert_eq!(logins(&list(admin, crew.clone()).unwrap()), ["crew"]);
        assert!(list(chief, crew).unwrap().0.is_empty());
        let disabled = AccountQuery { state: Some(ActiveState::Disabled), ..all };
        assert!(list(admin, disabled).unwrap().0.is_empty());

        let get = |by: AccountId, who: AccountId| {
            let ctx = city.ctx_of(by);
            city.test_db.db().read_blocking(|tx| account::get(tx, &ctx, who))
        };
        assert!(get(chief, local).is_ok());
        assert_eq!(code(get(local, chief)), Code::NotFound);
        let ctx = city.ctx_of(local);
        assert_eq!(city.read(|tx| account::me(tx, &ctx)).account.id, local);
    }
}

#[test]
fn a_device_is_registered_once_for_each_nonce_and_taken_out_of_service() {
    for city in City::both() {
        let admin = city.person("admin", Role::Admin, None, &[]);
        let crew = city.person("crew", Role::Crew, None, &[]);
        let other = city.person("other", Role::Crew, None, &[]);
        let phone =
            |nonce: &str| NewDevice {
                nonce: nonce.into(), name: "گوشی".into(), platform: "android".into(), app_version: "1.0.0".into()
            };
        let register = |who: AccountId, new: NewDevice| {
            let ctx = city.ctx_of(who);
            city.try_write(move |tx| device::register(tx, &ctx, &new))
        };
        let first = register(crew, phone("nonce-0001")).unwrap();
        assert_eq!(register(crew, phone("nonce-0001")).unwrap(), first);
        assert_ne!(register(other, phone("nonce-0001")).unwrap().id, first.id, "another person's nonce is another device");
        let ids: Vec<_> = thread::scope(|s| {
            let tries: Vec<_> = (0..4).map(|_| s.spawn(|| register(crew, phone("nonce-0002")).unwrap().id)).collect();
            tries.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert!(ids.iter().all(|d| *d == ids[0]));
        assert_eq!(code(register(admin, phone("nonce-0003"))), Code::Forbidden, "the office does not sync");
        let long = NewDevice { name: "x".repeat(101), nonce: "short".into(), ..phone("") };
        assert_eq!(pointers(register(crew, long)), ["/nonce", "/name"]);

        let ctx = city.ctx_of(crew);
        assert_eq!(city.read(|tx| device::list_own(tx, &ctx)).len(), 2);
        let page = |by: AccountId, of: Option<AccountId>, after, limit| {
            let ctx = city.ctx_of(by);
            city.test_db.db().read_blocking(|tx| device::list(tx, &ctx, of, after, limit))
        };
        assert_eq!(code(page(crew, None, None, 10)), Code::Forbidden);
        let (two, next) = page(admin, None, None, 2).unwrap();
        assert_eq!((two.len(), page(admin, None, next, 2).unwrap().0.len()), (2, 1));
        assert_eq!(page(admin, Some(other), None, 2).unwrap().0.len(), 1);

        let revoke = |by: AccountId| {
            let ctx = city.ctx_of(by);
            city.try_write(move |tx| device::revoke(tx, &ctx, first.id))
        };
        assert_eq!(code(revoke(crew)), Code::Forbidden);
        assert!(revoke(admin).unwrap().revoked_at.is_some());
        assert_eq!(code(revoke(admin)), Code::InvalidTransition);
        assert_eq!(code(register(crew, phone("nonce-0001"))), Code::DeviceRevoked, "it stays out of service");
        for n in 0..19 {
            register(crew, phone(&format!("many-nonces-{n}"))).unwrap();
        }
        let refusal = register(crew, phone("one-too-many")).unwrap_err();
        assert_eq!(refusal.code, Code::DeviceLimit);
        assert!(refusal.detail.unwrap().contains("ask the office to take one out of service"));
    }
}

#[test]
fn at_the_limit_the_device_that_was_silent_longest_makes_room() {
    for city in City::both() {
        let admin = city.person("admin", Role::Admin, None, &[]);
        let crew = city.person("crew", Role::Crew, None, &[]);
        let register = |nonce: &str| {
            let ctx = city.ctx_of(crew);
            let new = NewDevice { nonce: nonce.into(), name: "phone".into(), platform: "android".into(), app_version: "1.0.0".into() };
            city.try_write(move |tx| device::register(tx, &ctx, &new))
        };
        let nonce = |n: usize| format!("installation-{n}");
        let devices: Vec<_> = (0..20)
            .map(|n| {
                city.clock.advance_minutes(1);
                register(&nonce(n)).unwrap()
            })
            .collect();
        let found = |n: usize| city.read(|tx| store::account::find_device(tx, devices[n].id)).unwrap();
        let change = |n: usize, f: fn(Device) -> Device| {
            let device = f(found(n));
            city.write(move |tx| store::account::save_devices(tx, std::slice::from_ref(&device)));
        };
        // The oldest has something to send, the next has pulled since.
        change(0, |d| Device { pending: 1, ..d });
        change(1, |d| Device { last_pull_at: Some(d.enrolled_at.plus_days(2)), ..d });
        city.clock.advance_minutes(30 * 24 * 60 - 18);
        assert_eq!(code(register("a-fork-of-the-app")), Code::DeviceLimit, "nobody has been silent for 30 days");
        city.clock.advance_minutes(1);
        register("a-fork-of-the-app").unwrap();
        let state = |n: usize| (found(n).revoked_at.is_some(), found(n).retired);
        assert_eq!([0, 1, 2, 3].map(state), [(false, false), (false, false), (true, true), (false, false)]);
        assert_eq!(code(register("another-fork")), Code::DeviceLimit, "the third was heard of a minute later");

        // It registers again: the same device, in service; the next in turn makes room.
        city.clock.advance_minutes(1);
        let back = register(&nonce(2)).unwrap();
        assert_eq!((back.id, back.revoked_at, back.retired), (devices[2].id, None, false));
        assert_eq!([2, 3].map(state), [(false, false), (true, true)]);

        // One that the office takes out of service while it is retired does not come back.
        let (ctx, id) = (city.ctx_of(admin), devices[3].id);
        assert!(!city.write(move |tx| device::revoke(tx, &ctx, id)).retired);
        assert_eq!(code(register(&nonce(3))), Code::DeviceRevoked);
        let audit = city.audit();
        let count = |action: &str| audit.iter().filter(|a| *a == action).count();
        assert_eq!([count("device.retire"), count("device.reinstate"), count("device.revoke")], [2, 1, 1]);
    }
}
