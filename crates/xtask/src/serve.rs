//! A server for one folder on this machine: a thread for each connection, one answer on each.
//!
//! A browser opens more connections than it uses. With a pool of threads the idle ones can hold a
//! request back for ever, so there is no pool, and no connection is kept.

use crate::headers;
use anyhow::{Result, anyhow};
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// A connection that says nothing for so long is closed.
const PATIENCE: Duration = Duration::from_secs(10);

/// Longer requests are none of a browser's that asks for our files.
const MAX_REQUEST: u64 = 64 * 1024;

/// Serves `folder` on 127.0.0.1 from threads of its own; returns the address.
pub(crate) fn start(folder: &Path, port: u16) -> Result<String> {
    let listener = TcpListener::bind(("127.0.0.1", port)).map_err(|error| {
        if error.kind() == ErrorKind::AddrInUse {
            anyhow!(
                "port {port} is taken; choose another: `cargo xtask play --port {}`",
                next(port)
            )
        } else {
            anyhow!("cannot listen on 127.0.0.1:{port}: {error}")
        }
    })?;
    let address = format!("http://{}/", listener.local_addr()?);
    let folder = folder.to_path_buf();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let folder = folder.clone();
            // A browser that left before the end is no trouble of ours.
            thread::spawn(move || drop(answer(&folder, &stream)));
        }
    });
    Ok(address)
}

fn next(port: u16) -> u16 {
    port.checked_add(1).unwrap_or(8080)
}

fn answer(folder: &Path, stream: &TcpStream) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut lines = BufReader::new(stream.take(MAX_REQUEST)).lines();
    let request = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    // The fields are read, so that closing the connection discards nothing, and mean nothing to us.
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let mut words = request.split(' ');
    let (method, url) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    if !matches!(method, "GET" | "HEAD") {
        return say(stream, "405 Method Not Allowed", "read only");
    }
    let file = locate(url).map(|path| folder.join(path)).filter(|file| file.is_file());
    let Some((path, mut file)) = file.and_then(|path| Some((path.clone(), File::open(path).ok()?)))
    else {
        return say(stream, "404 Not Found", "not found");
    };
    head(stream, "200 OK", headers::media_type(&path), file.metadata()?.len())?;
    if method == "GET" {
        io::copy(&mut file, &mut &*stream)?;
    }
    Ok(())
}

fn say(mut stream: &TcpStream, status: &str, text: &str) -> io::Result<()> {
    head(stream, status, "text/plain; charset=utf-8", text.len() as u64)?;
    stream.write_all(text.as_bytes())
}

fn head(mut stream: &TcpStream, status: &str, kind: &str, length: u64) -> io::Result<()> {
    let mut text = format!("HTTP/1.1 {status}\r\n");
    for (name, value) in headers::common() {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str(&format!(
        "Content-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    ));
    stream.write_all(text.as_bytes())
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
    fn connections_that_say_nothing_hold_no_request_back() {
        let address = start(Path::new("."), 0).unwrap();
        let host = address.trim_start_matches("http://").trim_end_matches('/');
        let idle: Vec<_> = (0..32).map(|_| TcpStream::connect(host).unwrap()).collect();
        let mut stream = TcpStream::connect(host).unwrap();
        stream.set_read_timeout(Some(PATIENCE / 2)).unwrap();
        write!(stream, "GET /none HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
        assert_eq!(idle.len(), 32);
    }

    #[test]
    fn a_taken_port_is_named_with_the_way_out() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let error = start(Path::new("."), port).unwrap_err().to_string();
        assert!(error.contains("is taken") && error.contains("--port"), "{error}");
    }
}
