//! Passwords that somebody else has set, and one-time codes.

use bazdid_domain::account::Role;
use bazdid_protocol::{
    error::{Code, Error, Result},
    ids::AccountId,
    words::account::CodePurpose,
};
use bazdid_service::{
    account::{
        self,
        access_code::{self, NewCode},
        password::{self, NewPassword},
    },
    auth::{self, Login, Origin, Tokens},
};
use bazdid_store as store;

use crate::city::{City, PASSWORD};

const NEW: &str = "chosen by the owner";

fn login(city: &City, typed: &str, new: Option<&str>) -> Result<Tokens> {
    let command = Login { login: "op-1".into(), password: typed.into(), origin: Origin::default(), known_client: None };
    let ctx = city.ctx();
    let attempt = city.try_write(move |tx| auth::admit(tx, &ctx, &command))??;
    let ctx = city.ctx();
    let verified = attempt.verify(&ctx)?;
    let new = new.map(|typed| verified.renewed(&ctx, typed)).transpose()?.flatten();
    city.try_write(move |tx| auth::login(tx, &ctx, &verified, new.as_ref()))?
}

fn make(city: &City, admin: AccountId, who: AccountId, purpose: CodePurpose) -> NewCode {
    let ctx = city.ctx_of(admin);
    city.write(move |tx| access_code::create(tx, &ctx, who, purpose))
}

fn redeem(city: &City, code: &str, new: Option<&str>) -> Result<Tokens> {
    let ctx = city.ctx();
    let presented = city.test_db.db().read_blocking(|tx| access_code::present(tx, &ctx, code))?;
    let new = presented.password(&ctx, new)?;
    city.try_write(move |tx| access_code::redeem(tx, &ctx, &presented, new.as_ref(), &Origin::default()))?
}

fn alive(city: &City, tokens: &Tokens) -> bool {
    let ctx = city.ctx();
    city.test_db.db().read_blocking(|tx| auth::authenticate(tx, &ctx, &tokens.access_token)).is_ok()
}

#[track_caller]
fn code<T>(result: Result<T>) -> Code {
    match result {
        Ok(_) => panic!("it was allowed"),
        Err(Error { code, .. }) => code,
    }
}

#[test]
fn a_password_that_the_office_has_set_is_good_for_choosing_another_one_only() {
    for city in City::both() {
        let (admin, who) = (city.person("admin", Role::Admin, None, &[]), city.account("op-1"));
        let ctx = city.ctx_of(admin);
        let given = NewPassword::new(&ctx, "given by the office", "op-1", "/password").unwrap().to_be_changed();
        city.write(move |tx| password::reset(tx, &ctx, who, 1, &given));
        assert_eq!(code(login(&city, "given by the office", None)), Code::PasswordChangeRequired);
        assert_eq!(code(login(&city, "not that password", None)), Code::BadCredentials, "which only says who knows it");
        assert_eq!(code(login(&city, "not that password", Some(NEW))), Code::BadCredentials);
        for (refused, why) in [("given by the office", "another one than before"), ("Password123", "tried first"), ("short", "at least")] {
            let fields = login(&city, "given by the office", Some(refused)).unwrap_err().fields;
            assert!(fields[0].pointer == "/new_password" && fields[0].detail.contains(why), "{fields:?}");
        }
        let first = login(&city, "given by the office", Some(NEW)).unwrap();
        assert!(alive(&city, &first));
        assert_eq!(code(login(&city, "given by the office", None)), Code::BadCredentials);
        let second = login(&city, NEW, Some("and once more another")).unwrap();
        assert!(alive(&city, &second) && !alive(&city, &first), "a new password ends every other login");
        login(&city, "and once more another", None).unwrap();
    }
}

#[test]
fn a_code_sets_a_password_once_and_in_time() {
    for city in City::both() {
        let (admin, who) = (city.person("admin", Role::Admin, None, &[]), city.account("op-1"));
        let before = login(&city, PASSWORD, None).unwrap();
        let first = make(&city, admin, who, CodePurpose::Password);
        let second = make(&city, admin, who, CodePurpose::Password);
        assert_eq!(code(redeem(&city, &first.code, Some(NEW))), Code::BadCredentials, "a newer one has taken its place");
        assert_eq!(code(redeem(&city, &second.code, None)), Code::Validation);
        assert_eq!(code(redeem(&city, &second.code, Some("op-1 op-1"))), Code::Validation);
        let tokens = redeem(&city, &second.code.to_lowercase().replace('-', " "), Some(NEW)).unwrap();
        assert!(alive(&city, &tokens) && !alive(&city, &before));
        assert_eq!(code(redeem(&city, &second.code, Some("yet another password"))), Code::BadCredentials, "it is used up");
        login(&city, NEW, None).unwrap();

        let late = make(&city, admin, who, CodePurpose::Password);
        assert_eq!(late.expires_at, city.now().plus_minutes(24 * 60));
        city.clock.advance_minutes(24 * 60);
        assert_eq!(code(redeem(&city, &late.code, Some("yet another password"))), Code::BadCredentials);
        city.clock.advance_minutes(1);
        let ctx = city.ctx();
        city.write(move |tx| auth::tidy(tx, &ctx));
        let hash = city.shared.vault.code_hash(&late.code.replace('-', ""));
        assert_eq!(city.read(|tx| store::access_code::find_access_code(tx, &hash)), None, "and is forgotten");
        assert!(city.audit().iter().any(|a| a == "login.password_code"));
    }
}

#[test]
fn of_many_who_show_one_code_at_once_one_gets_in() {
    for city in City::both() {
        let (admin, who) = (city.person("admin", Role::Admin, None, &[]), city.account("op-1"));
        let made = make(&city, admin, who, CodePurpose::Phone);
        let got_in = std::thread::scope(|s| {
            let tries: Vec<_> = (0..6).map(|_| s.spawn(|| redeem(&city, &made.code, None).is_ok())).collect();
            tries.into_iter().map(|t| t.join().unwrap()).filter(|fine| *fine).count()
        });
        assert_eq!(got_in, 1);
    }
}

#[test]
fn a_code_for_a_phone_logs_in_without_a_password_and_changes_nothing_else() {
    for city in City::both() {
        let (admin, who) = (city.person("admin", Role::Admin, None, &[]), city.account("op-1"));
        let browser = login(&city, PASSWORD, None).unwrap();
        let made = make(&city, admin, who, CodePurpose::Phone);
        assert_eq!(code(redeem(&city, &made.code, Some(NEW))), Code::Validation, "it sets no password");
        let phone = redeem(&city, &made.code, None).unwrap();
        assert!(alive(&city, &phone) && alive(&city, &browser) && phone.known_client.is_some());
        login(&city, PASSWORD, None).unwrap();
        let late = make(&city, admin, who, CodePurpose::Phone);
        city.clock.advance_minutes(60);
        assert_eq!(code(redeem(&city, &late.code, None)), Code::BadCredentials);
    }
}

#[test]
fn who_may_not_log_in_gets_no_code_and_an_old_one_is_worth_nothing() {
    for city in City::both() {
        let (admin, who) = (city.person("admin", Role::Admin, None, &[]), city.account("op-1"));
        let ctx = city.ctx_of(who);
        assert_eq!(code(city.try_write(move |tx| access_code::create(tx, &ctx, admin, CodePurpose::Phone))), Code::Forbidden);
        for end in ["disable", "end_sessions", "password"] {
            let made = make(&city, admin, who, CodePurpose::Phone);
            let ctx = city.ctx_of(admin);
            let rev = city.read(|tx| store::account::find_account(tx, who)).unwrap().rev;
            let new = NewPassword::new(&ctx, &format!("a password for {end}"), "op-1", "/password").unwrap();
            city.write(move |tx| match end {
                "disable" => account::disable(tx, &ctx, who, rev),
                "end_sessions" => password::end_sessions(tx, &ctx, who, rev),
                _ => password::reset(tx, &ctx, who, rev, &new),
            });
            if end == "disable" {
                let ctx = city.ctx_of(admin);
                assert_eq!(code(city.try_write(move |tx| access_code::create(tx, &ctx, who, CodePurpose::Phone))), Code::InvalidTransition);
                let ctx = city.ctx_of(admin);
                city.write(move |tx| account::enable(tx, &ctx, who, rev + 1));
            }
            assert_eq!(code(redeem(&city, &made.code, None)), Code::BadCredentials, "{end}");
        }
        let none = AccountId::new(uuid::Uuid::from_u128(9));
        let ctx = city.ctx_of(admin);
        assert_eq!(code(city.try_write(move |tx| access_code::create(tx, &ctx, none, CodePurpose::Phone))), Code::NotFound);
    }
}
