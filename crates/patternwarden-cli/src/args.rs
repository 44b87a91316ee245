//! The arguments.

use clap::{Args, Parser, Subcommand, ValueEnum};
use patternwarden::Severity;
use std::path::PathBuf;

/// The Kubernetes patterns, executable: names the patterns in manifests and finds where they break.
#[derive(Debug, Parser)]
#[command(name = "patternwarden", version, max_term_width = 100)]
pub(crate) struct Options {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check manifests in files, folders or standard input.
    Check(Check),
    /// Repair manifests: show what would change, or change it.
    Fix(Fix),
    /// Name the patterns that manifests use.
    Patterns(Patterns),
    /// List the rules, by pattern.
    Rules(Rules),
    /// Explain a rule or a pattern.
    Explain(Explain),
    /// Print the JSON Schema of the settings, for editors and other tools.
    Schema(Schema),
    /// Write the explanations of all rules and patterns as Markdown pages.
    Docs(Docs),
}

impl Command {
    /// Whether programs read what it prints, so that nothing in it is a colour.
    pub(crate) fn is_for_programs(&self) -> bool {
        match self {
            Self::Check(Check { format, .. }) | Self::Patterns(Patterns { format, .. }) => {
                *format != Format::Text
            }
            Self::Schema(_) => true,
            Self::Fix(_) | Self::Rules(_) | Self::Explain(_) | Self::Docs(_) => false,
        }
    }
}

#[derive(Debug, Args)]
#[command(
    after_help = "Folders are searched for .yaml, .yml and .json files, minding .gitignore; a file that is \
named is read whatever its name. Each file is one input of its own.\n\nExit codes: 0 nothing at or above --fail-on, \
1 findings, 2 something could not be read."
)]
pub(crate) struct Check {
    /// Files, folders, or `-` for standard input.
    #[arg(value_name = "PATH", default_value = "-")]
    pub(crate) paths: Vec<PathBuf>,
    /// Settings file, YAML or JSON; a ClusterAdmissionPolicy works too.
    #[arg(long, value_name = "FILE")]
    pub(crate) settings: Option<PathBuf>,
    /// How to print what was found.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// The least severity that makes the command exit with 1.
    #[arg(long, value_name = "SEVERITY", value_enum, default_value_t = FailOn::Error)]
    pub(crate) fail_on: FailOn,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Comments and layout stay as they are. Fixes that need a value from you are never made here. A file that \
cannot be read in full is left alone, and so is what could only be edited by a guess; both are named.\n\nExit codes: 0 \
nothing to change, or changed with --write; 1 something would change; 2 something could not be read or written."
)]
pub(crate) struct Fix {
    /// Files, folders, or `-` for standard input.
    #[arg(value_name = "PATH", default_value = "-")]
    pub(crate) paths: Vec<PathBuf>,
    /// Replace the files; the repaired text of standard input goes to standard output.
    #[arg(long, conflicts_with = "diff")]
    pub(crate) write: bool,
    /// Print what would change as a unified diff; this is what happens without --write.
    #[arg(long)]
    pub(crate) diff: bool,
    /// Make fixes, too, that may change what runs and need a look from you.
    #[arg(long = "unsafe")]
    pub(crate) review: bool,
    /// Repair what this rule finds, and nothing else; may be given several times.
    #[arg(long = "rule", value_name = "ID")]
    pub(crate) rules: Vec<String>,
    /// Settings file, YAML or JSON; a ClusterAdmissionPolicy works too.
    #[arg(long, value_name = "FILE")]
    pub(crate) settings: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 everything was read, 2 something could not be read.")]
pub(crate) struct Patterns {
    /// Files, folders, or `-` for standard input.
    #[arg(value_name = "PATH", default_value = "-")]
    pub(crate) paths: Vec<PathBuf>,
    /// How to print what was found.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct Docs {
    /// Folder to write to; it is made if it is missing.
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Schema {
    /// What to print.
    #[arg(long, value_enum, default_value_t = SchemaFormat::JsonSchema)]
    pub(crate) format: SchemaFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaFormat {
    /// JSON Schema, draft 2020-12.
    JsonSchema,
    /// The questions of the form that Rancher shows for the policy, YAML.
    Rancher,
}

#[derive(Debug, Args)]
pub(crate) struct Rules {
    /// How to print the list.
    #[arg(long, value_enum, default_value_t = ListFormat::Text)]
    pub(crate) format: ListFormat,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// Id of a rule or of a pattern, such as `image-tag-mutable` or `health-probe`.
    #[arg(value_name = "ID")]
    pub(crate) id: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people: the place, the line, what is wrong.
    Text,
    /// One JSON array with a Report per input.
    Json,
    /// One Report per line.
    Jsonl,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// For people.
    Text,
    /// One JSON array.
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    Error,
    Warning,
    Info,
    Hint,
    /// Findings never make the command fail.
    Never,
}

impl FailOn {
    /// Whether a finding of this severity makes the command fail.
    pub(crate) fn includes(self, severity: Severity) -> bool {
        match self {
            Self::Error => severity >= Severity::Error,
            Self::Warning => severity >= Severity::Warning,
            Self::Info => severity >= Severity::Info,
            Self::Hint => severity >= Severity::Hint,
            Self::Never => false,
        }
    }
}
