//! Entries of lists: what looks as it should, and what does not.

use patternwarden::param::Form;

/// Entries that a form accepts, and some that it does not.
pub(crate) fn samples(form: Form) -> (Vec<&'static str>, Vec<&'static str>) {
    let (right, wrong): (&[&str], &[&str]) = match form {
        Form::OneOf(words) => (words, &["", "fountain"]),
        Form::Pair => (&["team=*", "team=", "a=b=c"], &["", "team", "=b", "="]),
        Form::KeyOrPair => (&["team", "team=shop-*", "team="], &["", "=b", "="]),
        Form::Source => (
            &["team-*=registry.example/team", "a=localhost:5000/b:1"],
            &["", "team", "=registry.example", "team=", "team= registry.example", "a=b c"],
        ),
        Form::Retired => (
            &["registry.example/old", "registry.example/old=it moved away"],
            &["", "=gone", "registry.example/old="],
        ),
        Form::Amount => (
            &["cpu=50m", "memory=1.5Gi", "memory=1e3", "cpu=.5", "cpu=0", "cpu=+1"],
            &["", "cpu", "cpu=", "=1", "cpu=-1", "cpu=1 m", "memory=1GB", "cpu=much", "cpu=."],
        ),
        Form::Bounds(_) => (
            &["periodSeconds=5..60", "timeoutSeconds=..10", "failureThreshold=1.."],
            &[
                "",
                "periodSeconds",
                "periodSeconds=5",
                "periodSeconds=..",
                "period=1..2",
                "periodSeconds=a..b",
                "periodSeconds=-1..5",
                "periodSeconds=1...5",
            ],
        ),
        Form::Range => {
            (&["5000-6000", "8080", "0"], &["", "-5", "5-", "a-b", "5..6", "+5", "5 - 6"])
        }
        Form::Port => (
            &["22/TCP", "4000-4999/UDP", "5005", "1-2/SCTP"],
            &["", "22/tcp", "22/", "/TCP", "ssh", "22/TCP/UDP"],
        ),
        Form::Address => (
            &["203.0.113.7", "203.0.113.0/24", "2001:db8::/32", "::1"],
            &["", "host.example", "203.0.113.0/", "/24", "203.0.113.0/24/1"],
        ),
        Form::Kind => {
            (&["batch/Job", "/Pod", "*/*", "Pod"], &["", "/", "batch/", "a/b/c", "batch/Job=x"])
        }
        Form::OfKind => (
            &["batch/Job=CronJob", "/Pod=use a Deployment", "Job=CronJob"],
            &["", "/=x", "batch/Job", "batch/Job=", "=x"],
        ),
        Form::Object => (&["ConfigMap/shop", "Secret/*", "*"], &["", "shop"]),
        Form::Directory => (&["/etc", "/"], &["", "etc", "./etc"]),
        Form::PodSecurity => (
            &["enforce=baseline", "warn-version=latest", "audit-version=v1.36"],
            &[
                "",
                "enforce",
                "enforce=strict",
                "deny=baseline",
                "enforce=latest",
                "warn-version=1.36",
                "warn-version=v1.",
                "enforce-version=baseline",
            ],
        ),
        other => panic!("no samples for {other:?}"),
    };
    (right.to_vec(), wrong.to_vec())
}

/// Entries that only reading refuses: a regular expression has no numbers.
pub(crate) fn only_read(form: Form) -> &'static [&'static str] {
    match form {
        Form::Bounds(_) => &["periodSeconds=60..5"],
        Form::Range => &["6000-5000"],
        Form::Port => &["23-22/TCP"],
        Form::Address => &["203.0.113.0/33", "203.0.113", "1:2"],
        Form::Amount => &["cpu=99999999999999999999999999999999E"],
        _ => &[],
    }
}
