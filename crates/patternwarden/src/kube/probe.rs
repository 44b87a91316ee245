//! Probes and lifecycle hooks: handlers and numbers.

use patternwarden_tree::{At, Node, Place};

/// Which probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "the container API has these three")]
pub enum ProbeKind {
    /// Restarts the container when it fails.
    Liveness,
    /// Takes the Pod out of Service endpoints while it fails.
    Readiness,
    /// Holds the other two back until it succeeds once.
    Startup,
}

impl ProbeKind {
    /// All of them.
    pub const ALL: [ProbeKind; 3] = [Self::Liveness, Self::Readiness, Self::Startup];

    /// The field of the container.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Liveness => "livenessProbe",
            Self::Readiness => "readinessProbe",
            Self::Startup => "startupProbe",
        }
    }

    /// One word for messages and facets.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Liveness => "liveness",
            Self::Readiness => "readiness",
            Self::Startup => "startup",
        }
    }
}

/// A probe of a container.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Probe<'d> {
    /// The probe itself.
    pub node: Node<'d>,
    /// Which one it is.
    pub kind: ProbeKind,
}

/// What a probe or hook does.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Handler<'d> {
    /// Runs a command in the container.
    Exec(Node<'d>),
    /// Sends an HTTP GET request.
    HttpGet(Node<'d>),
    /// Opens a TCP connection.
    TcpSocket(Node<'d>),
    /// Calls the gRPC health service.
    Grpc(Node<'d>),
    /// Waits.
    Sleep(Node<'d>),
}

fields!(Probe {
    /// `initialDelaySeconds`.
    written_initial_delay: i64 = int ["initialDelaySeconds"];
    /// `periodSeconds`.
    written_period: i64 = int ["periodSeconds"];
    /// `timeoutSeconds`.
    written_timeout: i64 = int ["timeoutSeconds"];
    /// `successThreshold`.
    written_success_threshold: i64 = int ["successThreshold"];
    /// `failureThreshold`.
    written_failure_threshold: i64 = int ["failureThreshold"];
});

impl<'d> Probe<'d> {
    #[cfg(test)]
    pub(crate) fn of_node(node: Node<'d>) -> Self {
        Self { node, kind: ProbeKind::Liveness }
    }

    /// What it does; `None` when it has no handler this crate knows.
    pub fn handler(self) -> Option<Handler<'d>> {
        handler(self.node)
    }

    /// Seconds before the first probe; 0 when absent.
    pub fn initial_delay(self) -> i64 {
        self.written_initial_delay().value.unwrap_or(0)
    }

    /// Seconds between probes; 10 when absent or 0.
    pub fn period(self) -> i64 {
        self.written_period().value.filter(|n| *n != 0).unwrap_or(10)
    }

    /// Seconds a probe may take; 1 when absent or 0.
    pub fn timeout(self) -> i64 {
        self.written_timeout().value.filter(|n| *n != 0).unwrap_or(1)
    }

    /// Failures in a row that count as failed; 3 when absent or 0.
    pub fn failure_threshold(self) -> i64 {
        self.written_failure_threshold().value.filter(|n| *n != 0).unwrap_or(3)
    }
}

/// A lifecycle hook of a container.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hook<'d> {
    /// The hook itself.
    pub node: Node<'d>,
    /// `preStop` or `postStart`.
    pub name: &'static str,
}

impl<'d> Hook<'d> {
    /// What it does; `None` when it has no handler this crate knows.
    pub fn handler(self) -> Option<Handler<'d>> {
        handler(self.node)
    }
}

/// The API server takes one handler. Of several, the first in this order is read, so that the order
/// of keys does not matter.
fn handler(node: Node<'_>) -> Option<Handler<'_>> {
    let at = |key| node.get(key).filter(|handler| handler.is_map());
    at("exec")
        .map(Handler::Exec)
        .or_else(|| at("httpGet").map(Handler::HttpGet))
        .or_else(|| at("tcpSocket").map(Handler::TcpSocket))
        .or_else(|| at("grpc").map(Handler::Grpc))
        .or_else(|| at("sleep").map(Handler::Sleep))
}

impl<'d> Handler<'d> {
    /// The field of the probe or hook; also the facet of the Health Probe pattern.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Exec(_) => "exec",
            Self::HttpGet(_) => "httpGet",
            Self::TcpSocket(_) => "tcpSocket",
            Self::Grpc(_) => "grpc",
            Self::Sleep(_) => "sleep",
        }
    }

    /// The handler's own map.
    pub const fn node(self) -> Node<'d> {
        match self {
            Self::Exec(node)
            | Self::HttpGet(node)
            | Self::TcpSocket(node)
            | Self::Grpc(node)
            | Self::Sleep(node) => node,
        }
    }

    /// The port it talks to, a number or a name; `None` where it talks to none.
    pub fn port(self) -> Option<At<'d, Node<'d>>> {
        match self {
            Self::HttpGet(node) | Self::TcpSocket(node) | Self::Grpc(node) => {
                Some(At::read(node, &["port"], super::read::scalar))
            }
            Self::Exec(_) | Self::Sleep(_) => None,
        }
    }

    /// Words of the command it runs.
    pub fn command(self) -> super::Items<'d> {
        let list = match self {
            Self::Exec(node) => node.get("command").and_then(Node::as_seq),
            _ => None,
        };
        super::items(list)
    }

    /// Where the handler stands.
    pub fn place(self) -> Place<'d> {
        self.node().into()
    }
}
