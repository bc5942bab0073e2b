//! Who works at the bench: accounts of its own, as many as its devices need, because an account has at most so many devices.

use serde_json::{Value, json};

use crate::{
    BenchResult,
    env::{BenchEnv, Served},
};
use bazdid_client::http::HttpTransport;
use bazdid_command::Failure;
use bazdid_demo::people::{OfficeClient, Person};
use bazdid_domain::account::Role;
use bazdid_protocol::ids::AccountId;

/// Devices of one account; the server allows 20.
const DEVICES: usize = 18;
/// A password that the server takes; it is worth nothing outside this run.
const PASSWORD: &str = "bench only, gone in a minute";

/// Where somebody works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The whole city.
    City,
    /// One district each, in turn.
    Districts,
    /// All in the same district.
    OneDistrict,
}

/// Somebody who is logged in.
#[derive(Debug, Clone)]
pub struct Login {
    /// Their way to the server.
    pub http: HttpTransport,
    /// Their account.
    pub account: AccountId,
}

impl Login {
    /// Logs in.
    ///
    /// # Errors
    /// The server refuses.
    pub fn of(server: &Served, person: &Person) -> BenchResult<Self> {
        let mut http = HttpTransport::new(&server.base);
        let account = http.login(&person.login, &person.password)?.id;
        Ok(Self { http, account })
    }

    /// The header of a request.
    ///
    /// # Errors
    /// There is no token.
    pub fn bearer(&self) -> BenchResult<String> {
        self.http.access_token().map(|t| format!("Bearer {t}")).ok_or_else(|| Failure::said("the login gave no token"))
    }
}

/// The office that makes accounts.
pub struct Office<'g> {
    bench: &'g BenchEnv,
    server: &'g Served,
    /// The administrator.
    pub admin: OfficeClient,
    cities: Vec<Value>,
    districts: Vec<Value>,
}

impl<'g> Office<'g> {
    /// Opens it.
    ///
    /// # Errors
    /// The server refuses.
    pub fn open(bench: &'g BenchEnv, server: &'g Served) -> BenchResult<Self> {
        let mut admin = OfficeClient::open(&server.base, &bench.person(Role::Admin)?, bench.ids.clone())?;
        let areas = admin.list("/v1/areas")?;
        let ids = |top: bool| {
            let of = areas.iter().filter(move |a| a.get("parent_id").is_none_or(Value::is_null) == top);
            of.filter_map(|a| a.get("id").cloned()).collect::<Vec<_>>()
        };
        let (cities, below) = (ids(true), ids(false));
        // Where no area lies in another one, every area is a district.
        let districts = if below.is_empty() { cities.clone() } else { below };
        Ok(Self { bench, server, admin, cities, districts })
    }

    /// How many districts there are.
    #[must_use]
    pub fn districts(&self) -> usize {
        self.districts.len()
    }

    /// Logins for so many devices, one for each, of accounts made for them.
    ///
    /// # Errors
    /// The server refuses.
    pub fn logins(&mut self, role: Role, reach: Reach, devices: usize) -> BenchResult<Vec<Login>> {
        let accounts = (0..devices.div_ceil(DEVICES)).map(|n| {
            let areas = match reach {
                Reach::City => self.cities.clone(),
                Reach::Districts => self.districts.iter().cycle().skip(n % self.districts.len().max(1)).take(1).cloned().collect(),
                Reach::OneDistrict => self.districts.iter().take(1).cloned().collect(),
            };
            self.account(role, &json!({ "organisation_id": null, "areas": areas }))
        });
        let accounts = accounts.collect::<BenchResult<Vec<Login>>>()?;
        Ok(accounts.iter().cycle().take(devices).cloned().collect())
    }

    /// Makes somebody who works for an organisation.
    ///
    /// # Errors
    /// The server refuses.
    pub fn worker(&mut self, role: Role, organisation: &Value) -> BenchResult<Login> {
        self.account(role, &json!({ "organisation_id": organisation, "areas": [] }))
    }

    /// Logins for so many devices, one for each, of people made for them who work for an organisation.
    ///
    /// # Errors
    /// The server refuses.
    pub fn workers(&mut self, role: Role, organisation: &Value, devices: usize) -> BenchResult<Vec<Login>> {
        let people = (0..devices.div_ceil(DEVICES)).map(|_| self.worker(role, organisation));
        let people = people.collect::<BenchResult<Vec<Login>>>()?;
        Ok(people.iter().cycle().take(devices).cloned().collect())
    }

    fn account(&mut self, role: Role, place: &Value) -> BenchResult<Login> {
        self.bench.watch.go_on()?;
        // A login is short; an id makes it one that nobody had in an earlier part.
        let login = format!("bench.{}", self.bench.ids.uuid(self.bench.clock.now()).simple());
        let body = json!({ "login": login, "display_name": "bench", "locale": "fa", "password": PASSWORD, "must_change_password": false });
        let made = self.admin.create("/v1/accounts", &body)?;
        let id = made.get("id").and_then(Value::as_str).ok_or_else(|| Failure::said("an account without an id"))?;
        // What devices record happened a moment before it is pushed; the role must have been held by then.
        let mut grant = json!({ "role": role, "valid_from": self.bench.clock.now().plus_days(-1) });
        if let (Some(grant), Some(place)) = (grant.as_object_mut(), place.as_object()) {
            grant.extend(place.clone());
        }
        self.admin.command(&format!("/v1/accounts/{id}"), "grant", &grant)?;
        let person =
            Person { login: login.clone(), password: PASSWORD.to_owned(), role, name: login, organisation: None, areas: Vec::new() };
        Login::of(self.server, &person)
    }
}
