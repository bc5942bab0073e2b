//! Logging in, staying logged in, and what ends it.

use std::{net::IpAddr, thread};

use bazdid_domain::{
    account::{Role, RoleGrant},
    organisation::ActiveState,
    policy::Permission,
};
use bazdid_protocol::{
    error::{Code, Error, Result},
    ids::AccountId,
};
use bazdid_security::password::{self, Cost};
use bazdid_service::{
    account::{self, password::NewPassword},
    auth::{self, Answer, Login, Origin, Tokens},
    keys,
};
use bazdid_store as store;

use crate::city::{City, PASSWORD};

const HOME: &str = "10.0.0.1";

fn from(address: &str) -> Origin {
    Origin { address: Some(address.parse::<IpAddr>().unwrap()), agent: None }
}

fn login_of(login: &str, password: &str, known_client: Option<String>) -> Login {
    Login { login: login.into(), password: password.into(), origin: from(HOME), known_client }
}

/// The three steps of a login.
fn login_from(city: &City, login: &str, password: &str, address: &str) -> Result<Tokens> {
    let command = Login { origin: from(address), ..login_of(login, password, None) };
    let ctx = city.ctx();
    let attempt = city.try_write(move |tx| auth::admit(tx, &ctx, &command))??;
    let ctx = city.ctx();
    let verified = attempt.verify(&ctx)?;
    city.try_write(move |tx| auth::login(tx, &ctx, &verified, None))?
}

fn login(city: &City, name: &str, password: &str) -> Result<Tokens> {
    login_from(city, name, password, HOME)
}

fn refresh(city: &City, token: &str) -> Answer<Tokens> {
    let (ctx, token) = (city.ctx(), token.to_owned());
    city.write(move |tx| auth::refresh(tx, &ctx, &token))
}

fn who(city: &City, token: &str) -> Result<AccountId> {
    let ctx = city.ctx();
    city.test_db.db().read_blocking(|tx| auth::authenticate(tx, &ctx, token)).map(|a| a.actor.account_id)
}

#[track_caller]
fn code<T>(result: Result<T>) -> Code {
    match result {
        Ok(_) => panic!("it was allowed"),
        Err(Error { code, .. }) => code,
    }
}

fn set_state(city: &City, id: AccountId, state: ActiveState) {
    city.write(move |tx| {
        let account = store::account::find_account(tx, id)?.unwrap();
        store::account::save_accounts(tx, &[bazdid_domain::account::Account { state, ..account }])
    });
}

#[test]
fn a_login_opens_a_session_and_logout_ends_it_at_once() {
    for city in City::both() {
        let id = city.person("op-1", Role::Operator, None, &[]);
        let tokens = login(&city, "  OP-1 ", PASSWORD).unwrap();
        assert_eq!((tokens.account.id, tokens.roles.as_slice(), tokens.expires_in), (id, [Role::Operator].as_slice(), 900));
        assert_eq!(who(&city, &tokens.access_token).unwrap(), id);
        let ctx = city.ctx();
        let session = city.read(|tx| auth::authenticate(tx, &ctx, &tokens.access_token)).session;
        city.clock.advance_minutes(1);
        let ctx = city.ctx_of(id);
        city.write(move |tx| auth::logout(tx, &ctx, session).and_then(|()| auth::logout(tx, &ctx, session)));
        assert_eq!(code(who(&city, &tokens.access_token)), Code::Unauthenticated);
        assert_eq!(code(refresh(&city, &tokens.refresh_token)), Code::Unauthenticated);
        assert_eq!(city.audit(), ["login", "logout"]);
    }
}

#[test]
fn an_access_token_lives_for_a_quarter_of_an_hour() {
    for city in City::both() {
        let id = city.account("op-1");
        let tokens = login(&city, "op-1", PASSWORD).unwrap();
        city.clock.advance_minutes(14);
        assert_eq!(who(&city, &tokens.access_token).unwrap(), id);
        city.clock.advance_minutes(1);
        assert_eq!(code(who(&city, &tokens.access_token)), Code::TokenExpired);
        let again = refresh(&city, &tokens.refresh_token).unwrap();
        assert_eq!(who(&city, &again.access_token).unwrap(), id);
        assert_eq!(code(who(&city, "nonsense")), Code::Unauthenticated);
    }
}

#[test]
fn a_wrong_password_and_an_unknown_login_sound_the_same() {
    for city in City::both() {
        city.account("op-1");
        for (name, tried) in [("op-1", "wrong horse battery"), ("nobody", PASSWORD), ("nobody' OR 1=1 --", PASSWORD)] {
            let refusal = login(&city, name, tried).unwrap_err();
            assert_eq!((refusal.code, refusal.detail, refusal.fields.len()), (Code::BadCredentials, None, 0), "{name}");
        }
        for (name, tried) in [("", PASSWORD), ("op-1", ""), ("op\0", PASSWORD), (&"x".repeat(99), PASSWORD), ("op-1", &"x".repeat(999))] {
            assert_eq!(code(login(&city, name, tried)), Code::Validation);
        }
        assert_eq!(city.audit(), ["login.failed"], "only accounts that exist are named");
    }
}

#[test]
fn guessing_is_followed_by_longer_waits_and_success_ends_them() {
    for city in City::both() {
        city.account("op-1");
        city.account("op-2");
        for _ in 0..5 {
            assert_eq!(code(login(&city, "op-1", "a wrong password")), Code::BadCredentials);
        }
        // Seconds of the wait after each failure.
        for closed in [30, 60, 120, 240, 480, 960, 1920, 3600, 3600] {
            let refusal = login(&city, "op-1", PASSWORD).unwrap_err();
            assert_eq!((refusal.code, refusal.retry_after_s), (Code::TooManyAttempts, Some(closed)));
            city.clock.advance_micros(i64::try_from(closed).unwrap() * 1_000_000 - 1);
            let refusal = login(&city, "op-1", PASSWORD).unwrap_err();
            assert_eq!((refusal.code, refusal.retry_after_s), (Code::TooManyAttempts, Some(1)));
            city.clock.advance_micros(1);
            assert_eq!(code(login(&city, "op-1", "a wrong password")), Code::BadCredentials);
        }
        login(&city, "op-2", PASSWORD).expect("another login from the same address");
        login_from(&city, "op-1", PASSWORD, "10.0.0.2").expect("the owner from elsewhere");
        city.clock.advance_minutes(60);
        login(&city, "op-1", PASSWORD).unwrap();
        for _ in 0..4 {
            assert_eq!(code(login(&city, "op-1", "a wrong password")), Code::BadCredentials, "counted from one again");
        }
        login(&city, "op-1", PASSWORD).unwrap();
        assert_eq!(city.audit().iter().filter(|a| *a == "login.blocked").count(), 10);
    }
}

#[test]
fn fifty_wrong_tries_behind_one_address_refuse_nobody_who_is_right() {
    for city in City::both() {
        city.account("op-1");
        city.account("op-2");
        for n in 0..60 {
            assert_eq!(code(login(&city, &format!("guess-{n}"), "a wrong password")), Code::BadCredentials, "{n}");
        }
        login(&city, "op-1", PASSWORD).expect("a login that was not tried from there");
        // But each login has less patience with the address.
        assert_eq!(code(login(&city, "op-2", "a wrong password")), Code::BadCredentials);
        for closed in [60, 120, 240] {
            assert_eq!(login(&city, "op-2", PASSWORD).unwrap_err().retry_after_s, Some(closed));
            city.clock.advance_micros(i64::try_from(closed).unwrap() * 1_000_000);
            assert_eq!(code(login(&city, "op-2", "a wrong password")), Code::BadCredentials);
        }
        login_from(&city, "op-2", PASSWORD, "10.0.0.2").unwrap();
        // A day later the address is like any other.
        city.clock.advance_minutes(24 * 60 + 1);
        for _ in 0..5 {
            assert_eq!(code(login(&city, "op-1", "a wrong password")), Code::BadCredentials);
        }
    }
}

/// A login of a client that shows what it was given before.
fn login_known(city: &City, name: &str, password: &str, known: &Tokens) -> Result<Tokens> {
    let command = login_of(name, password, known.known_client.clone());
    let ctx = city.ctx();
    let attempt = city.try_write(move |tx| auth::admit(tx, &ctx, &command))??;
    let ctx = city.ctx();
    let verified = attempt.verify(&ctx)?;
    city.try_write(move |tx| auth::login(tx, &ctx, &verified, None))?
}

#[test]
fn strangers_everywhere_lock_no_client_out_that_has_logged_in_before() {
    for city in City::both() {
        city.account("op-1");
        city.account("op-2");
        let (phone, other) = (login(&city, "op-1", PASSWORD).unwrap(), login(&city, "op-2", PASSWORD).unwrap());
        for n in 0..60 {
            drop(login_from(&city, "op-1", "a wrong password", &format!("10.9.{n}.1")));
        }
        assert_eq!(code(login_from(&city, "op-1", PASSWORD, "10.0.0.9")), Code::TooManyAttempts, "guesses from many addresses are bounded");
        let again = login_known(&city, "op-1", PASSWORD, &phone).unwrap();
        assert_eq!(code(login_known(&city, "op-1", PASSWORD, &other)), Code::TooManyAttempts, "another account's client is a stranger");
        // Who has the client guesses no more than a stranger, and the client's own tokens do not multiply it.
        for known in [&phone, &again, &phone, &again, &phone] {
            assert_eq!(code(login_known(&city, "op-1", "a wrong password", known)), Code::BadCredentials);
        }
        assert_eq!(login_known(&city, "op-1", PASSWORD, &again).unwrap_err().retry_after_s, Some(30));
        city.clock.advance_minutes(180 * 24 * 60);
        for n in 0..60 {
            drop(login_from(&city, "op-1", "a wrong password", &format!("10.9.{n}.1")));
        }
        assert_eq!(code(login_known(&city, "op-1", PASSWORD, &phone)), Code::TooManyAttempts, "it is known for half a year");
    }
}

#[test]
fn a_client_is_known_until_the_password_changes() {
    for city in City::both() {
        let (id, admin) = (city.account("op-1"), city.person("admin", Role::Admin, None, &[]));
        let set = |by: AccountId, own: bool, to: &str| {
            let ctx = city.ctx_of(by);
            let new = NewPassword::new(&ctx, to, "op-1", "/password").unwrap();
            if !own {
                let rev = city.read(|tx| store::account::find_account(tx, id)).unwrap().rev;
                return drop(city.write(move |tx| account::password::reset(tx, &ctx, id, rev, &new)));
            }
            let (command, for_admit) = (login_of("op-1", PASSWORD, None), ctx.clone());
            let attempt = city.write(move |tx| auth::admit(tx, &for_admit, &command)).unwrap();
            let verified = attempt.verify(&ctx).unwrap();
            city.write(move |tx| account::password::change(tx, &ctx, &verified, Some(&new), None));
        };
        let besiege = || (0..60).for_each(|n| drop(login_from(&city, "op-1", "a wrong password", &format!("10.9.{n}.1"))));
        let before = login(&city, "op-1", PASSWORD).unwrap();
        city.clock.advance_minutes(1);
        set(id, true, "chosen by the owner");
        besiege();
        assert_eq!(
            code(login_known(&city, "op-1", "chosen by the owner", &before)),
            Code::TooManyAttempts,
            "after a change of the owner's"
        );
        city.clock.advance_minutes(24 * 60 + 1);
        let after = login(&city, "op-1", "chosen by the owner").unwrap();
        besiege();
        login_known(&city, "op-1", "chosen by the owner", &after).expect("a client of after the change is known");
        city.clock.advance_minutes(24 * 60 + 1);
        set(admin, false, "given by the office");
        besiege();
        assert_eq!(code(login_known(&city, "op-1", "given by the office", &after)), Code::TooManyAttempts, "after a reset");
    }
}

#[test]
fn a_clients_token_that_was_changed_makes_a_stranger() {
    for city in City::both() {
        city.account("op-1");
        let tokens = login(&city, "op-1", PASSWORD).unwrap();
        for n in 0..60 {
            drop(login_from(&city, "op-1", "a wrong password", &format!("10.9.{n}.1")));
        }
        let right = tokens.known_client.clone().unwrap();
        for wrong in [String::new(), "bzk_".into(), right[4..].into(), format!("{right}A"), format!("bzk_A{}", &right[5..]), "bzk_!".into()]
        {
            if wrong == right {
                continue;
            }
            let changed = Tokens { known_client: Some(wrong.clone()), ..tokens.clone() };
            assert_eq!(code(login_known(&city, "op-1", PASSWORD, &changed)), Code::TooManyAttempts, "{wrong}");
        }
        login_known(&city, "op-1", PASSWORD, &tokens).unwrap();
    }
}

#[test]
fn guesses_at_once_are_all_counted() {
    for city in City::both() {
        city.account("op-1");
        let outcomes: Vec<Code> = thread::scope(|s| {
            let tries: Vec<_> = (0..12).map(|_| s.spawn(|| code(login(&city, "op-1", "a wrong password")))).collect();
            tries.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert_eq!(outcomes.iter().filter(|c| **c == Code::BadCredentials).count(), 5, "{outcomes:?}");
    }
}

#[test]
fn counts_do_not_name_anybody() {
    for city in City::both() {
        drop(login_from(&city, "my-password-typed-as-login", "x", "192.0.2.77"));
        let rows = city.write(|tx| store::throttle::lock_throttles(tx, &["none".into()], Default::default()));
        assert_eq!(rows.len(), 1);
        let before = city.now().plus_micros(1);
        assert_eq!(city.write(move |tx| store::throttle::delete_throttles(tx, before)), 4, "a login, an address, both together, and none");
    }
}

#[test]
fn refresh_tokens_rotate_and_a_reused_one_ends_the_whole_session() {
    for city in City::both() {
        city.account("op-1");
        let other = login(&city, "op-1", PASSWORD).unwrap();
        let first = login(&city, "op-1", PASSWORD).unwrap();
        let second = refresh(&city, &first.refresh_token).unwrap();
        let third = refresh(&city, &second.refresh_token).unwrap();
        assert!(who(&city, &third.access_token).is_ok());
        city.clock.advance_micros(30_000_001);
        assert_eq!(code(refresh(&city, &first.refresh_token)), Code::TokenReused, "the grace time is over");
        for token in [&first, &second, &third] {
            assert_eq!(code(refresh(&city, &token.refresh_token)), Code::TokenReused);
            assert_eq!(code(who(&city, &token.access_token)), Code::Unauthenticated);
        }
        assert!(refresh(&city, &other.refresh_token).is_ok(), "another login of the same person goes on");
        assert_eq!(city.audit().iter().filter(|a| *a == "session.reuse").count(), 1);
        assert_eq!(code(refresh(&city, "bzr_nonsense")), Code::Unauthenticated);
    }
}

#[test]
fn within_the_grace_time_every_exchange_gives_the_same_successor() {
    for city in City::both() {
        city.account("op-1");
        let first = login(&city, "op-1", PASSWORD).unwrap();
        let second = refresh(&city, &first.refresh_token).unwrap();
        let stored = |token: &Tokens| {
            let hash = refresh_hash(&token.refresh_token);
            city.read(|tx| store::session::find_refresh_token(tx, &hash)).unwrap()
        };
        let (issued, used) = (stored(&second), stored(&first).used_at);
        for seconds in [1, 9, 20] {
            city.clock.advance_micros(seconds * 1_000_000);
            let again = refresh(&city, &first.refresh_token).unwrap();
            assert_eq!(again.refresh_token, second.refresh_token);
            assert!(who(&city, &again.access_token).is_ok());
        }
        assert_eq!((stored(&second), stored(&first).used_at), (issued, used), "a repeated exchange prolongs nothing");
        // The answer to the second exchange is lost as well, and an exchange of the first token comes after it.
        let third = refresh(&city, &second.refresh_token).unwrap();
        assert_eq!(refresh(&city, &second.refresh_token).unwrap().refresh_token, third.refresh_token);
        assert_eq!(refresh(&city, &first.refresh_token).unwrap().refresh_token, second.refresh_token);
        assert_eq!(refresh(&city, &second.refresh_token).unwrap().refresh_token, third.refresh_token);
        assert!(who(&city, &refresh(&city, &third.refresh_token).unwrap().access_token).is_ok());
        city.clock.advance_micros(1);
        assert_eq!(code(refresh(&city, &first.refresh_token)), Code::TokenReused, "30 seconds after its first exchange");
        assert_eq!(code(refresh(&city, &third.refresh_token)), Code::TokenReused, "the whole session has ended");
        assert_eq!(code(who(&city, &third.access_token)), Code::Unauthenticated);
    }
}

#[test]
fn no_number_of_exchanges_at_once_ends_a_session() {
    for city in City::both() {
        city.account("op-1");
        for many in [2, 3, 5, 20] {
            let first = login(&city, "op-1", PASSWORD).unwrap();
            // On PostgreSQL two processes of one installation answer.
            let other = city.test_db.url.starts_with("postgres").then(|| {
                let options = store::DbOptions { url: city.test_db.url.clone(), connections: 4 };
                (store::Db::open(&options).unwrap(), crate::city::shared())
            });
            let exchange = |n: usize| match &other {
                Some((db, shared)) if n % 2 == 1 => {
                    let ctx = bazdid_service::Ctx { shared: shared.clone(), ..city.ctx() };
                    let token = first.refresh_token.clone();
                    db.write_blocking(move |tx| auth::refresh(tx, &ctx, &token)).unwrap().unwrap()
                }
                _ => refresh(&city, &first.refresh_token).unwrap(),
            };
            let answers: Vec<Tokens> = thread::scope(|s| {
                let tries: Vec<_> = (0..many)
                    .map(|n| {
                        let exchange = &exchange;
                        s.spawn(move || exchange(n))
                    })
                    .collect();
                tries.into_iter().map(|t| t.join().unwrap()).collect()
            });
            assert!(answers.iter().all(|a| a.refresh_token == answers[0].refresh_token), "{many}");
            assert!(answers.iter().all(|a| who(&city, &a.access_token).is_ok()), "{many}");
            assert!(refresh(&city, &answers[0].refresh_token).is_ok(), "{many}");
        }
    }
}

#[test]
fn a_successor_can_be_computed_only_with_the_token_and_the_master_key() {
    for city in City::both() {
        city.account("op-1");
        let first = login(&city, "op-1", PASSWORD).unwrap();
        let second = refresh(&city, &first.refresh_token).unwrap();
        let other = bazdid_security::vault::Vault::new(&[8; 32]);
        let secret = refresh_secret(&first.refresh_token);
        assert_ne!(bazdid_security::refresh::token(&other.next_refresh_secret(&secret)), second.refresh_token);
        assert_eq!(bazdid_security::refresh::token(&city.shared.vault.next_refresh_secret(&secret)), second.refresh_token);
    }
}

fn refresh_secret(token: &str) -> [u8; 32] {
    bazdid_security::refresh::secret(token).unwrap()
}

fn refresh_hash(token: &str) -> Vec<u8> {
    bazdid_security::refresh::hash(&refresh_secret(token))
}

#[test]
fn refresh_tokens_and_sessions_end_by_themselves() {
    for city in City::both() {
        city.account("op-1");
        let idle = login(&city, "op-1", PASSWORD).unwrap();
        city.clock.advance_minutes(auth::REFRESH_DAYS * 24 * 60);
        assert_eq!(code(refresh(&city, &idle.refresh_token)), Code::TokenExpired);
        let mut tokens = login(&city, "op-1", PASSWORD).unwrap();
        for _ in 0..7 {
            city.clock.advance_minutes(25 * 24 * 60);
            tokens = refresh(&city, &tokens.refresh_token).unwrap();
        }
        city.clock.advance_minutes(5 * 24 * 60);
        assert_eq!(code(refresh(&city, &tokens.refresh_token)), Code::TokenExpired, "180 days after the login");
        let tidy = |minutes: i64| {
            city.clock.advance_minutes(minutes);
            let ctx = city.ctx();
            city.write(move |tx| auth::tidy(tx, &ctx)).done
        };
        assert!(tidy(1) > 0, "the first tokens and the key have served their time");
        assert_eq!(code(refresh(&city, &tokens.refresh_token)), Code::TokenExpired);
        assert_eq!((tidy(59), tidy(40 * 24 * 60), tidy(1)), (0, 2, 0));
        assert_eq!(code(refresh(&city, &tokens.refresh_token)), Code::Unauthenticated, "forgotten");
    }
}

#[test]
fn a_disabled_account_is_told_so_and_may_only_hand_in_what_it_has() {
    for city in City::both() {
        let id = city.person("op-1", Role::Operator, None, &[]);
        let tokens = login(&city, "op-1", PASSWORD).unwrap();
        set_state(&city, id, ActiveState::Disabled);
        assert_eq!(code(who(&city, &tokens.access_token)), Code::AccountDisabled);
        assert_eq!(code(refresh(&city, &tokens.refresh_token)), Code::AccountDisabled);
        assert_eq!(code(login(&city, "op-1", PASSWORD)), Code::AccountDisabled);
        assert_eq!(code(login(&city, "op-1", "a wrong password")), Code::BadCredentials, "only who knows the password is told");

        let hand_in = |city: &City| {
            let ctx = city.ctx();
            city.test_db.db().read_blocking(|tx| auth::authenticate_to_hand_in(tx, &ctx, &tokens.access_token)).map(|a| a.actor)
        };
        city.clock.advance_minutes(14 * 24 * 60);
        let actor = hand_in(&city).unwrap();
        assert!(actor.account_id == id && actor.grants().is_empty() && !actor.may(Permission::TicketRead));
        city.clock.advance_minutes(15);
        assert_eq!(code(hand_in(&city)), Code::AccountDisabled);
        set_state(&city, id, ActiveState::Active);
        city.clock.advance_minutes(-60);
        assert_eq!(code(hand_in(&city)), Code::TokenExpired, "an active account gets a new token");
    }
}

#[test]
fn keys_rotate_without_logging_anybody_out() {
    for city in City::both() {
        let id = city.account("op-1");
        let old = login(&city, "op-1", PASSWORD).unwrap();
        let ctx = city.ctx();
        city.write(move |tx| keys::rotate_keys(tx, &ctx));
        assert_eq!(who(&city, &old.access_token).unwrap(), id, "signed by the key that was retired");
        let new = refresh(&city, &old.refresh_token).unwrap();
        let kid = |t: &Tokens| t.access_token.split('.').next().map(str::to_owned);
        assert_ne!(kid(&old), kid(&new));

        // Another process of the same installation, which read the keys before they were rotated once more.
        let elsewhere = City { shared: crate::city::shared(), ..city };
        who(&elsewhere, &new.access_token).unwrap();
        let ctx = elsewhere.ctx();
        let rotated = bazdid_service::Ctx { shared: crate::city::shared(), ..ctx };
        elsewhere.write(move |tx| keys::rotate_keys(tx, &rotated));
        let signed_before = refresh(&elsewhere, &new.refresh_token).unwrap();
        assert_eq!(kid(&signed_before), kid(&new), "it does not know of the new key yet");
        assert!(who(&elsewhere, &signed_before.access_token).is_ok());
        elsewhere.clock.advance_micros(30_000_000);
        let signed_after = refresh(&elsewhere, &signed_before.refresh_token).unwrap();
        assert_ne!(kid(&signed_after), kid(&new));

        let city = elsewhere;
        for (days, rotates) in [(29, false), (1, true), (29, false)] {
            city.clock.advance_minutes(days * 24 * 60);
            let ctx = city.ctx();
            assert_eq!(city.write(move |tx| keys::rotate_keys_older_than(tx, &ctx, 30)), rotates);
        }
        assert_eq!(city.read(store::signing_key::list_signing_keys).len(), 2, "what was retired long ago is gone");
    }
}

#[test]
fn keys_are_of_no_use_without_the_master_key() {
    for city in City::both() {
        city.account("op-1");
        let tokens = login(&city, "op-1", PASSWORD).unwrap();
        let other = bazdid_service::Shared::new(bazdid_service::Settings::default(), &[8; 32]);
        let city = City { shared: std::sync::Arc::new(other), ..city };
        assert_eq!(code(who(&city, &tokens.access_token)), Code::Internal);
    }
}

#[test]
fn a_cheap_hash_is_replaced_at_the_next_login() {
    for city in City::both() {
        let id = city.account("op-1");
        let cheap = password::hash(PASSWORD, [2; 16], Cost { memory_kib: 32, passes: 1 }).unwrap();
        let credential =
            store::credential::Credential { account_id: id, password_hash: cheap.clone(), changed_at: city.now(), must_change: false };
        city.write(move |tx| store::credential::save_credential(tx, &credential));
        login(&city, "op-1", PASSWORD).unwrap();
        let stored = city.read(|tx| store::credential::find_credential(tx, id)).unwrap().password_hash;
        assert!(stored != cheap && stored.contains("m=64"));
        login(&city, "op-1", PASSWORD).unwrap();
    }
}

#[test]
fn a_grant_counts_from_its_first_instant_to_its_last() {
    for city in City::both() {
        let id = city.account("op-1");
        let (from, to) = (city.now().plus_minutes(1), city.now().plus_minutes(2));
        let grant = RoleGrant {
            id: crate::city::id(1),
            account_id: id,
            role: Role::Operator,
            organisation_id: None,
            areas: vec![crate::city::id(9)],
            valid_from: from,
            valid_to: Some(to),
        };
        city.write(move |tx| store::account::save_grants(tx, std::slice::from_ref(&grant)));
        let tokens = login(&city, "op-1", PASSWORD).unwrap();
        assert!(tokens.roles.is_empty());
        for (at, may) in [(from.plus_micros(-1), false), (from, true), (to.plus_micros(-1), true), (to, false)] {
            city.clock.set(at);
            let ctx = city.ctx();
            let actor = city.read(|tx| auth::authenticate(tx, &ctx, &tokens.access_token)).actor;
            assert_eq!(actor.may(Permission::TicketCreate), may, "{at}");
        }
    }
}
