//! Somebody who works with the real program on an AWS that is none.

use std::fs;

use super::nameservers::Nameservers;
pub(crate) use crate::support::operator::{Operator, Planned};

impl Operator {
    /// With a profile that leads to `endpoint`, and settings that name the servers to ask for
    /// shares.
    pub(crate) fn at(endpoint: &str, nameservers: Option<&Nameservers>) -> Self {
        let operator = Self::of(&[]);
        let profile = format!(
            "[profile moto]\nregion = eu-west-1\nendpoint_url = {endpoint}\n\
             aws_access_key_id = test\naws_secret_access_key = test\n"
        );
        fs::write(operator.home.path().join("aws-config"), profile).expect("written");
        let servers = nameservers.map(Nameservers::addresses).unwrap_or_default();
        operator.settings(&format!(
            "[aws]\nprofile = \"moto\"\nregions = [\"eu-west-1\"]\ndns_servers = {servers:?}\n"
        ));
        operator
    }

    /// Writes `config.toml` anew.
    pub(crate) fn settings(&self, text: &str) {
        let folder = self.home.path().join("config/awsdeck");
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("config.toml"), text).expect("written");
    }

    /// Adds to the settings that runs are shared in `bucket`. By the clock of tests a lease lasts
    /// ten seconds.
    pub(crate) fn shares_in(&self, bucket: &str) {
        let file = self.home.path().join("config/awsdeck/config.toml");
        let known = fs::read_to_string(&file).expect("settings");
        let shared = format!("\n[shared]\nbucket = \"{bucket}\"\nlease = \"5m\"\n");
        fs::write(file, known + &shared).expect("written");
    }
}
