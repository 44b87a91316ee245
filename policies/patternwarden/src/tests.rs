//! Calls and answers, natively: the module itself is tested in a waPC host.
