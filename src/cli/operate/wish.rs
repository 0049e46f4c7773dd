//! The words of `awsdeck plan OP`: one subcommand for each operation, its flags made from the
//! operation's parameters.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, Error, FromArgMatches, Subcommand, error::ErrorKind};

use crate::engine::operations::{self, Arguments, Kind, Operation, Parameter};

/// An operation and what was asked of it.
#[derive(Clone, Debug)]
pub struct Wish {
    pub operation: &'static str,
    pub arguments: Arguments,
    /// Where the plan is written too.
    pub out: Option<PathBuf>,
}

const OUT: &str = "out";

impl Subcommand for Wish {
    fn augment_subcommands(command: Command) -> Command {
        operations::all().iter().fold(
            command
                .subcommand_required(true)
                .arg_required_else_help(true),
            |command, operation| command.subcommand(words(*operation)),
        )
    }

    fn augment_subcommands_for_update(command: Command) -> Command {
        Self::augment_subcommands(command)
    }

    fn has_subcommand(name: &str) -> bool {
        operations::find(name).is_some()
    }
}

impl FromArgMatches for Wish {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let named = matches
            .subcommand()
            .and_then(|(name, given)| Some((operations::find(name)?, given)));
        let Some((operation, given)) = named else {
            return Err(Error::raw(
                ErrorKind::MissingSubcommand,
                "name an operation\n",
            ));
        };
        let mut arguments = Arguments::new();
        for parameter in operation.parameters() {
            if let Some(value) = given.get_one::<String>(parameter.name) {
                arguments.set(parameter.name, value);
            }
        }
        Ok(Self {
            operation: operation.name(),
            arguments,
            out: given.get_one::<PathBuf>(OUT).cloned(),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn words(operation: &'static dyn Operation) -> Command {
    let out = Arg::new(OUT)
        .long(OUT)
        .value_name("FILE")
        .value_parser(clap::value_parser!(PathBuf))
        .help("Write the plan to this file too");
    let command = Command::new(operation.name()).about(operation.summary());
    operation
        .parameters()
        .iter()
        .fold(command, |command, parameter| command.arg(flag(parameter)))
        .arg(out)
}

fn flag(parameter: &'static Parameter) -> Arg {
    let help = match parameter.default {
        Some(default) => format!("{} [default: {default}]", parameter.help),
        None => parameter.help.to_owned(),
    };
    let flag = Arg::new(parameter.name)
        .long(parameter.name)
        .help(help)
        .required(parameter.required)
        .value_name(value_name(parameter.kind));
    match parameter.kind {
        // The parser shows the choices and completes them; the operation checks them again.
        Kind::Choice(choices) => {
            flag.value_parser(clap::builder::PossibleValuesParser::new(choices))
        }
        _ => flag,
    }
}

const fn value_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "TEXT",
        Kind::Account => "ACCOUNT",
        Kind::Region => "REGION",
        Kind::Block => "CIDR",
        Kind::Vpc => "VPC",
        Kind::HostedZone => "ZONE",
        Kind::DnsName => "NAME",
        Kind::Choice(_) => "CHOICE",
        Kind::Duration { .. } => "TIME",
        Kind::Count { .. } => "N",
        Kind::Weights => "WEIGHTS",
    }
}
