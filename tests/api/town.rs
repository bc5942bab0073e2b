//! A town behind a server, with its people.

use bazdid_domain::{account::Role, organisation::OrganisationKind};
use bazdid_protocol::ids::Id;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    app::{Call, TestApp},
    town_rows::{POTHOLE, TOWN, WEST, save_rows},
};

/// A phone that must be in no answer.
pub const PHONE: &str = "+989121234567";

/// A server with a town: `operator`, `supervisor`, `second_supervisor`, `inspector` of the west, `crew` of the first contractor.
pub struct Town {
    pub app: TestApp,
    tokens: Vec<(&'static str, String)>,
}

impl Town {
    pub fn both() -> Vec<Self> {
        TestApp::both().into_iter().map(Self::found).collect()
    }

    /// On each database, with a changed configuration.
    pub fn both_with(change: impl Fn(&mut bazdid_server::config::Config)) -> Vec<Self> {
        TestApp::both_with(change).into_iter().map(Self::found).collect()
    }

    /// On SQLite, with a changed configuration.
    pub fn with(change: impl FnOnce(&mut bazdid_server::config::Config)) -> Self {
        Self::found(TestApp::with(change))
    }

    fn found(app: TestApp) -> Self {
        let first = app.organisation("first", OrganisationKind::Contractor);
        let second = app.organisation("second", OrganisationKind::Contractor);
        let emergency = app.organisation("emergency", OrganisationKind::EmergencyGroup);
        let now = bazdid_clock::Clock::now(&*app.clock);
        app.db.db().write_blocking(move |tx| save_rows(tx, now, [first, second, emergency], None)).unwrap();
        let area = |n: u128| Id::new(Uuid::from_u128(n));
        app.person("operator", Role::Operator, None, &[area(TOWN)]);
        app.person("supervisor", Role::Supervisor, None, &[area(TOWN)]);
        app.person("second_supervisor", Role::Supervisor, None, &[area(TOWN)]);
        app.person("inspector", Role::Inspector, None, &[area(WEST)]);
        app.person("crew", Role::Crew, Some(first), &[]);
        app.person("second_crew", Role::Crew, Some(second), &[]);
        let logins = ["operator", "supervisor", "second_supervisor", "inspector", "crew", "second_crew"];
        let tokens = logins.into_iter().map(|login| (login, app.token(login))).collect();
        Self { app, tokens }
    }

    /// The same town after some people have logged in anew.
    pub fn again(mut self, logins: &[&'static str]) -> Self {
        for login in logins {
            let token = self.app.token(login);
            self.tokens.retain(|(known, _)| known != login);
            self.tokens.push((login, token));
        }
        self
    }

    /// Everybody's access tokens, by login.
    pub fn tokens(&self) -> Value {
        self.tokens
            .iter()
            .map(|(login, token)| ((*login).to_owned(), Value::from(token.as_str())))
            .collect::<serde_json::Map<_, _>>()
            .into()
    }

    /// A request of somebody.
    #[track_caller]
    pub fn call(&self, who: &str, method: &str, path: &str) -> Call<'_> {
        let token = &self.tokens.iter().find(|(login, _)| *login == who).unwrap().1;
        self.app.call(method, path).token(token)
    }

    #[track_caller]
    pub fn get(&self, who: &str, path: &str) -> Value {
        self.call(who, "GET", path).send().ok()
    }

    /// A new pothole in the west.
    #[track_caller]
    pub fn pothole(&self) -> Value {
        self.call("operator", "POST", "/v1/tickets").json(&pothole()).send().ok()
    }
}

/// What a new pothole is registered with.
pub fn pothole() -> Value {
    json!({
        "category": Uuid::from_u128(POTHOLE), "text": "چاله‌ي بزرگ", "address_text": "خیابان ۱۲",
        "point": { "lat": 36.25, "lon": 50.05, "accuracy_m": 8.0 }, "caller_phone": PHONE,
    })
}
