//! The pages of the office, as `web/dist` has them: a program that runs in the browser and uses the API like any other client.

use std::{
    collections::BTreeMap,
    sync::{LazyLock, OnceLock},
};

use actix_web::{
    HttpRequest,
    http::header::{self, CacheControl, CacheDirective, ContentType, HeaderName},
    web,
};

use crate::http::{
    problem::{Answer, Problem},
    ready::Ready,
};
use bazdid_protocol::{
    error::{Code, Error as Fault},
    phrase::Phrase,
};

/// Where the pages are. The addresses in `web/dist` begin with it.
const BASE: &str = "/console/";
/// What serves every address of a page: which page it is the program reads from the address.
const INDEX: &str = "index.html";
/// Below this folder names follow from contents, so a file never changes under its name.
const HASHED: &str = "assets/";
const YEAR_S: u32 = 31_536_000;

/// What the pages may load: files of this server, and pictures that they have read through the API.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; \
    font-src 'self'; worker-src 'self'; media-src 'self' blob:; manifest-src 'self'; base-uri 'none'; form-action 'self'; \
    frame-ancestors 'none'";

/// The files by their path below `web/dist`.
const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/console_files.rs"));

/// A file; packed when it is asked for the first time.
struct File {
    bytes: &'static [u8],
    ready: OnceLock<Ready>,
}

static BY_PATH: LazyLock<BTreeMap<&'static str, File>> =
    LazyLock::new(|| FILES.iter().map(|(path, bytes)| (*path, File { bytes, ready: OnceLock::new() })).collect());

/// The routes of this module. They stand beside the API, not in its document.
pub fn routes(config: &mut web::ServiceConfig) {
    let page = web::resource("/console/{path:.*}").route(web::get().to(serve)).route(web::head().to(serve));
    config.service(web::redirect("/console", BASE)).service(page.default_service(web::to(only_read)));
}

async fn serve(req: HttpRequest, path: web::Path<String>) -> Answer {
    let (name, file) = found(&path).ok_or_else(|| Problem::from(Fault::with(Code::NotFound, "the console has no such file")))?;
    let kept = if name.starts_with(HASHED) {
        vec![CacheDirective::Public, CacheDirective::MaxAge(YEAR_S), CacheDirective::Extension("immutable".to_owned(), None)]
    } else {
        vec![CacheDirective::NoCache]
    };
    let ready = file.ready.get_or_init(|| Ready::new(file.bytes));
    Ok(ready.answer(&req, |response| {
        response
            .content_type(media_type(name))
            .insert_header(CacheControl(kept.clone()))
            .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
            .insert_header((HeaderName::from_static("referrer-policy"), "same-origin"));
    }))
}

async fn only_read() -> Answer {
    Err(Problem::from(
        Fault::with(Code::MethodNotAllowed, Phrase::with("this resource knows {methods}", &[("methods", &"GET, HEAD")]))
            .fact("allow", "GET, HEAD"),
    ))
}

/// The file of a path; the page itself where the path is an address of the program. A missing file is no page: a browser that runs an
/// earlier version learns that its files are gone.
fn found(path: &str) -> Option<(&'static str, &'static File)> {
    let exact = BY_PATH.get_key_value(path);
    let is_file = path.starts_with(HASHED) || path.rsplit('/').next().is_some_and(|last| last.contains('.'));
    exact.or_else(|| if is_file { None } else { BY_PATH.get_key_value(INDEX) }).map(|(name, file)| (*name, file))
}

fn media_type(name: &str) -> String {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8".to_owned(),
        Some("js" | "mjs") => "text/javascript; charset=utf-8".to_owned(),
        Some("css") => "text/css; charset=utf-8".to_owned(),
        Some("txt") => "text/plain; charset=utf-8".to_owned(),
        Some("svg") => "image/svg+xml".to_owned(),
        Some("woff2") => "font/woff2".to_owned(),
        _ => ContentType::octet_stream().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{BY_PATH, HASHED, INDEX, found, media_type};

    #[test]
    fn an_address_is_a_file_or_the_page() {
        let asset = *BY_PATH.keys().find(|path| path.starts_with(HASHED)).unwrap();
        for (path, name) in [
            ("", Some(INDEX)),
            ("tickets", Some(INDEX)),
            ("rounds/01a22d5f-e265-765b-8d96-f0e763776fd7", Some(INDEX)),
            (INDEX, Some(INDEX)),
            (asset, Some(asset)),
            ("assets/gone-0000.js", None),
            ("assets/", None),
            ("favicon.ico", None),
            ("../Cargo.toml", None),
        ] {
            assert_eq!(found(path).map(|(name, _)| name), name, "{path}");
        }
    }

    #[test]
    fn every_file_has_a_type_that_browsers_know() {
        for name in BY_PATH.keys() {
            assert_ne!(media_type(name), "application/octet-stream", "{name}");
        }
    }
}
