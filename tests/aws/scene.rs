//! A name that is to be switched, on servers that many tests share.

use std::sync::OnceLock;

use super::{
    moto::{Moto, written},
    nameservers::Nameservers,
    operator::{Operator, Planned},
};

/// A name of its own with a blue and a green side, and somebody who switches it.
pub(crate) struct Scene {
    pub(crate) moto: &'static Moto,
    pub(crate) name: String,
    pub(crate) operator: Operator,
}

impl Scene {
    pub(crate) fn set(name: &str) -> Self {
        let moto = written();
        let name = format!("{name}.acme.example.");
        moto.weigh(&[
            (&name, "blue", 100, "192.0.2.10"),
            (&name, "green", 0, "192.0.2.20"),
        ]);
        let operator = Operator::at(moto.endpoint(), Some(nameservers()));
        Self {
            moto,
            name,
            operator,
        }
    }

    pub(crate) fn plan(&self, to: &str) -> Planned {
        let zone = self.moto.made["zone"]["id"].as_str().expect("an id");
        let name = self.name.as_str();
        let place = ["dns-switch", "--zone", zone, "--name", name];
        let wish = ["--to", to, "--bake", "60s", "--reason", "release-42"];
        self.operator.plan(&[&place[..], &wish].concat())
    }

    pub(crate) fn apply(plan: &Planned) -> [&str; 5] {
        let Planned { digest, phrase, .. } = plan;
        ["apply", digest, "--write", "--confirm", phrase]
    }

    /// The weights of blue and green.
    pub(crate) fn weights(&self) -> [u64; 2] {
        let weights = self.moto.weights();
        ["blue", "green"].map(|side| weights[&(self.name.clone(), side.to_owned())])
    }
}

pub(crate) fn nameservers() -> &'static Nameservers {
    static NAMESERVERS: OnceLock<Nameservers> = OnceLock::new();
    NAMESERVERS.get_or_init(|| {
        let account = Some(written().account("prod-shared"));
        Nameservers::start(written().endpoint(), account, 4)
    })
}
