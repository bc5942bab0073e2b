//! Every route with every role: what is not allowed is refused, what is allowed is not.

use std::collections::BTreeMap;

use bazdid_domain::{
    account::Role,
    organisation::OrganisationKind,
    policy::{Permission, role_allows},
};
use bazdid_protocol::text_enum::TextEnum as _;
use bazdid_server::http::document;
use serde_json::Value;

use crate::{
    app::{Reply, TestApp},
    spec::PUBLIC,
};

/// Whether the answer says that the caller may not ask at all: (not logged in, not allowed).
fn refusal(reply: &Reply) -> (bool, bool) {
    // The answer to a HEAD has no body.
    if reply.text.is_empty() {
        return (reply.status == 401, reply.status == 403);
    }
    let code = serde_json::from_str::<Value>(&reply.text).ok().and_then(|body| body["code"].as_str().map(str::to_owned));
    (code.as_deref() == Some("unauthenticated"), code.as_deref() == Some("forbidden"))
}

#[test]
fn every_route_asks_for_its_permission() {
    for app in TestApp::both() {
        let contractor = app.organisation("c1", OrganisationKind::Contractor);
        let logins: BTreeMap<Option<Role>, String> = Role::ALL
            .iter()
            .map(|role| {
                app.person(role.as_str(), *role, Some(contractor), &[]);
                (Some(*role), role.to_string())
            })
            .chain([(None, {
                app.account("nobody");
                "nobody".to_owned()
            })])
            .collect();
        let tokens: BTreeMap<Option<Role>, String> = logins.iter().map(|(role, login)| (*role, app.token(login))).collect();
        let mut walked = 0;
        for (path, operations) in document::operations() {
            for operation in operations {
                let name = format!("{} {path}", operation.method);
                let filled = path.replace("{code}", "validation").replace("{id}", "0191f000-0000-7000-8000-000000000001");
                assert!(!filled.contains('{'), "{name}: the test does not know what to put there");
                let call = |token: Option<&str>| {
                    let call = app.call(operation.method, &filled);
                    token.map_or(app.call(operation.method, &filled), |t| call.token(t)).send()
                };
                let anonymous = call(None);
                let public = PUBLIC.contains(&name.as_str());
                assert_eq!(refusal(&anonymous).0, !public, "{name} without a token: {anonymous:?}");
                if public {
                    continue;
                }
                assert_eq!(anonymous.status, 401);
                assert!(anonymous.header("www-authenticate").starts_with("Bearer"), "{name}");
                assert_eq!(call(Some("nonsense")).status, 401, "{name}");
                let permission = Permission::parse(operation.permission.as_deref().unwrap()).unwrap();
                for (role, token) in &tokens {
                    let fresh;
                    let token = if path.ends_with("/logout") {
                        fresh = app.token(&logins[role]);
                        &fresh
                    } else {
                        token
                    };
                    let reply = call(Some(token));
                    let allowed = match role {
                        Some(role) => role_allows(*role, permission),
                        None => permission == Permission::Own,
                    };
                    assert_eq!(refusal(&reply), (false, !allowed), "{name} as {role:?}: {reply:?}");
                    if !allowed {
                        assert_eq!(reply.status, 403);
                        assert!(reply.header("www-authenticate").contains("insufficient_scope"), "{name}");
                    }
                    assert!(reply.status < 500, "{name} as {role:?}: {reply:?}");
                    walked += 1;
                }
            }
        }
        assert!(walked >= 8, "the document was not walked");
    }
}
