//! What the document says of every operation of a shape: who may, headers, pages.

use utoipa::openapi::{
    RefOr, Required, Response,
    path::{Operation, Parameter, ParameterIn},
};

use crate::http::document::PUBLIC;
use bazdid_domain::{
    account::Role,
    policy::{Permission, role_allows},
};
use bazdid_protocol::text_enum::TextEnum as _;

/// Completes the texts of an operation.
pub(super) fn add(operation: &mut Operation, permission: Option<&str>) {
    let mut description = operation.description.take().unwrap_or_default().replace('\n', " ");
    let mut say = |sentence: &str| {
        if !description.is_empty() {
            description.push(' ');
        }
        description.push_str(sentence);
    };
    let parameters = operation.parameters.iter_mut().flatten();
    for parameter in parameters.filter_map(|p| if let RefOr::T(p) = p { Some(p) } else { None }) {
        match (&parameter.parameter_in, parameter.name.as_str()) {
            (ParameterIn::Header, "If-Match") => {
                say("`If-Match` names the revision that you read; if the thing has changed since, nothing is done.")
            }
            (ParameterIn::Header, "Idempotency-Key") => {
                say("With an `Idempotency-Key` a repeated request gets the stored response and has no second effect.");
            }
            (ParameterIn::Query, "cursor") if parameter.description.as_deref().is_some_and(|d| d.starts_with("`next_cursor`")) => {
                say("`next_cursor` leads to the next page.");
            }
            _ => {}
        }
        describe(parameter);
    }
    if let Some(who) = permission.and_then(who) {
        say(&who);
    }
    operation.description = Some(description);
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response {
            outcome(status, response);
        }
    }
}

/// Who may call an operation that needs a permission.
fn who(permission: &str) -> Option<String> {
    if permission == PUBLIC {
        return Some("Needs no login.".into());
    }
    let needed = Permission::parse(permission).ok()?;
    let roles: Vec<_> = Role::ALL.iter().filter(|role| role_allows(**role, needed)).map(|role| format!("`{role}`")).collect();
    Some(if roles.len() == Role::ALL.len() {
        format!("Everybody who has logged in may do this (`{permission}`).")
    } else {
        format!("Needs the permission `{permission}`: {}.", roles.join(", "))
    })
}

fn describe(parameter: &mut Parameter) {
    let (text, example) = match (&parameter.parameter_in, parameter.name.as_str()) {
        (ParameterIn::Path, "id") => ("Identity of the thing", None),
        (ParameterIn::Header, "If-Match") => ("The `ETag` of the thing as you read it", Some("\"57\"")),
        (ParameterIn::Header, "Idempotency-Key") => {
            ("1 to 200 visible ASCII characters, such as a UUID, the same at each attempt", Some("6f1c0d5e-6a0f-4c58-9a43-0d3f4b6f8d11"))
        }
        _ => return,
    };
    if parameter.description.is_none() {
        parameter.description = Some(text.into());
    }
    if let Some(example) = example {
        parameter.extensions.get_or_insert_default().insert("example".into(), example.into());
    }
    if parameter.name == "Idempotency-Key" {
        parameter.required = Required::False;
    }
}

/// A response has a description in any case.
fn outcome(status: &str, response: &mut Response) {
    if response.description.is_empty() {
        response.description = match status {
            "200" => "Success",
            "201" => "Created",
            "204" => "Done; the response has no body",
            _ => "The response",
        }
        .into();
    }
}
