//! A server for one folder on this machine.

use crate::headers;
use anyhow::{Result, anyhow};
use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use tiny_http::{Header, Method, Request, Response, Server, StatusCode};

/// Serves `folder` on 127.0.0.1 from threads of its own; returns the address.
pub(crate) fn start(folder: &Path, port: u16) -> Result<String> {
    let server = Server::http(("127.0.0.1", port)).map_err(|error| {
        let in_use = error
            .downcast_ref::<std::io::Error>()
            .is_some_and(|error| error.kind() == ErrorKind::AddrInUse);
        if in_use {
            anyhow!(
                "port {port} is taken; choose another: `cargo xtask play --port {}`",
                next(port)
            )
        } else {
            anyhow!("cannot listen on 127.0.0.1:{port}: {error}")
        }
    })?;
    let address = format!("http://{}/", server.server_addr());
    let server = Arc::new(server);
    for _ in 0..4 {
        let (server, folder) = (Arc::clone(&server), folder.to_path_buf());
        thread::spawn(move || {
            for request in server.incoming_requests() {
                answer(&folder, request);
            }
        });
    }
    Ok(address)
}

fn next(port: u16) -> u16 {
    port.checked_add(1).unwrap_or(8080)
}

fn answer(folder: &Path, request: Request) {
    let found = if matches!(request.method(), Method::Get | Method::Head) {
        locate(request.url())
            .map(|path| folder.join(path))
            .filter(|file| file.is_file())
            .and_then(|file| Some((headers::media_type(&file), File::open(file).ok()?)))
            .ok_or(404)
    } else {
        Err(405)
    };
    let sent = match found {
        Ok((kind, file)) => request.respond(with_headers(Response::from_file(file), kind)),
        Err(code) => {
            let text = Response::from_string(if code == 404 { "not found" } else { "read only" });
            let response = text.with_status_code(StatusCode(code));
            request.respond(with_headers(response, "text/plain; charset=utf-8"))
        }
    };
    // A browser that left before the end is no trouble of ours.
    drop(sent);
}

fn with_headers<R: std::io::Read>(mut response: Response<R>, kind: &str) -> Response<R> {
    let common = headers::common();
    let all = common.iter().map(|(name, value)| (*name, value.as_str()));
    for (name, value) in all.chain([("Content-Type", kind)]) {
        if let Ok(header) = Header::from_bytes(name, value) {
            response.add_header(header);
        }
    }
    response
}

/// The file below the served folder that a request names. Our names need no escapes, so none is read.
fn locate(url: &str) -> Option<PathBuf> {
    let path = url.split(['?', '#']).next()?.strip_prefix('/')?;
    let path = if path.is_empty() || path.ends_with('/') {
        format!("{path}index.html")
    } else {
        path.to_owned()
    };
    let plain = |part: &str| {
        !part.is_empty() && !part.starts_with('.') && !part.contains(['%', '\\', ':', '\0'])
    };
    path.split('/').all(plain).then(|| PathBuf::from(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read as _, Write as _};
    use std::net::TcpStream;

    #[test]
    fn names_stay_below_the_folder() {
        assert_eq!(locate("/"), Some("index.html".into()));
        assert_eq!(locate("/a/b.js?x=/../y"), Some("a/b.js".into()));
        assert_eq!(locate("/embed/"), Some("embed/index.html".into()));
        for bad in
            ["/../Cargo.toml", "/a/../../b", "/.git/config", "//etc/passwd", "/%2e%2e/a", "a", ""]
        {
            assert_eq!(locate(bad), None, "{bad}");
        }
    }

    #[test]
    fn serves_with_headers_and_refuses_to_write() {
        let folder = std::env::temp_dir().join(format!("xtask-serve-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("a.wasm"), b"\0asm").unwrap();
        let address = start(&folder, 0).unwrap();
        let host = address.trim_start_matches("http://").trim_end_matches('/');
        let ask = |line: &str| {
            let mut stream = TcpStream::connect(host).unwrap();
            write!(stream, "{line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            answer
        };
        let answer = ask("GET /a.wasm");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.contains("Content-Type: application/wasm\r\n"), "{answer}");
        assert!(answer.contains("Content-Security-Policy: default-src 'none'"), "{answer}");
        assert!(answer.ends_with("\0asm"), "{answer}");
        assert!(ask("GET /b").starts_with("HTTP/1.1 404"));
        assert!(ask("DELETE /a.wasm").starts_with("HTTP/1.1 405"));
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_taken_port_is_named_with_the_way_out() {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let error = start(Path::new("."), port).unwrap_err().to_string();
        assert!(error.contains("is taken") && error.contains("--port"), "{error}");
    }
}
