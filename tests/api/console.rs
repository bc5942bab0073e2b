//! The pages of the office: files of the program, found at every address below `/console/`.

use crate::app::TestApp;

/// The addresses of the files that the page asks for at once.
fn assets(page: &str) -> Vec<String> {
    let of =
        |attribute: &str| page.split(attribute).skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect::<Vec<_>>();
    [of("src=\""), of("href=\"")].concat()
}

#[test]
fn the_page_is_served_at_every_address_of_the_console_and_loads_its_own_files_only() {
    let app = TestApp::with(|_| {});
    let first = app.get("/console/");
    assert_eq!(first.status, 200);
    assert_eq!(first.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(first.header("cache-control"), "no-cache");
    assert_eq!(first.header("x-content-type-options"), "nosniff");
    let policy = first.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';") && !policy.contains("unsafe"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(!first.text.contains("style=") && !first.text.contains("<style") && !first.text.contains("http"), "{}", first.text);

    for path in ["/console", "/console/tickets", "/console/rounds/01a22d5f-e265-765b-8d96-f0e763776fd7?verdict=pending"] {
        let page = app.get(path);
        assert_eq!((page.status, page.text.as_str()), (200, first.text.as_str()), "{path}");
    }
    let assets = assets(&first.text);
    assert!(assets.len() >= 3 && assets.iter().all(|path| path.starts_with("/console/assets/")), "{assets:?}");
    for path in assets {
        let file = app.call("GET", &path).fetch();
        assert_eq!(file.status, 200, "{path}");
        assert_eq!(file.header("cache-control"), "public, max-age=31536000, immutable", "{path}");
        assert_ne!(file.header("content-type"), "application/octet-stream", "{path}");
        assert!(!file.body.is_empty(), "{path}");
    }
}

#[test]
fn a_file_that_a_browser_has_is_not_sent_again() {
    let app = TestApp::with(|_| {});
    let first = app.get("/console/");
    let tag = first.header("etag").to_owned();
    assert!(tag.starts_with("W/\""), "{tag}");
    let same = app.call("GET", "/console/people").header("If-None-Match", &tag).send();
    assert_eq!((same.status, same.text.as_str(), same.header("etag")), (304, "", tag.as_str()));
    let other = app.call("GET", "/console/").header("If-None-Match", "W/\"another\"").send();
    assert_eq!((other.status, other.text.as_str()), (200, first.text.as_str()));
    // The client would unpack a body that is not there.
    let head = app.call("HEAD", "/console/").header("Accept-Encoding", "identity").send();
    assert_eq!((head.status, head.text.as_str(), head.header("etag")), (200, "", tag.as_str()));
}

#[test]
fn what_the_console_does_not_have_is_a_problem_and_no_page() {
    let app = TestApp::with(|_| {});
    for path in ["/console/assets/index-00000000.js", "/console/favicon.ico", "/console/assets/", "/console/..%2fCargo.toml"] {
        app.get(path).problem("not_found");
    }
    let reply = app.call("POST", "/console/").send();
    reply.problem("method_not_allowed");
    assert_eq!(reply.header("allow"), "GET, HEAD");
}
