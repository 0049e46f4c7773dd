//! Where everything is kept: settings, cache, journal, log, the runner's socket.

use std::{
    fs::{DirBuilder, OpenOptions},
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use etcetera::BaseStrategy;

/// The folders of awsdeck, by the XDG rules on every system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    settings: PathBuf,
    /// Whether the user named the settings file, so that its absence is a mistake.
    settings_named: bool,
    config: PathBuf,
    cache: PathBuf,
    state: PathBuf,
    runtime: Option<PathBuf>,
}

/// The user has no home folder, and no XDG variable says where else to look.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no home folder: set HOME, or XDG_CONFIG_HOME, XDG_CACHE_HOME and XDG_STATE_HOME")]
pub struct NoHome;

impl Files {
    /// The folders of this user. The settings file is `settings`, else `AWSDECK_CONFIG`, else
    /// `config.toml` in the configuration folder.
    pub fn find(settings: Option<PathBuf>) -> Result<Self, NoHome> {
        let base = etcetera::base_strategy::Xdg::new().map_err(|_| NoHome)?;
        let named = settings.or_else(|| {
            std::env::var_os("AWSDECK_CONFIG")
                .filter(|path| !path.is_empty())
                .map(PathBuf::from)
        });
        let config = base.config_dir().join("awsdeck");
        let state = base.state_dir().unwrap_or_else(|| base.data_dir());
        Ok(Self {
            settings_named: named.is_some(),
            settings: named.unwrap_or_else(|| config.join("config.toml")),
            config,
            cache: base.cache_dir().join("awsdeck"),
            state: state.join("awsdeck"),
            runtime: base.runtime_dir().map(|folder| folder.join("awsdeck")),
        })
    }

    /// Everything below one folder: for tests, and for whoever carries awsdeck on a stick.
    #[must_use]
    pub fn under(root: &Path) -> Self {
        let config = root.join("config");
        Self {
            settings: config.join("config.toml"),
            settings_named: false,
            config,
            cache: root.join("cache"),
            state: root.join("state"),
            runtime: Some(root.join("run")),
        }
    }

    /// The settings file.
    #[must_use]
    pub fn settings(&self) -> &Path {
        &self.settings
    }

    pub(super) const fn settings_named(&self) -> bool {
        self.settings_named
    }

    #[must_use]
    pub fn themes(&self) -> PathBuf {
        self.config.join("themes")
    }

    #[must_use]
    pub fn keymaps(&self) -> PathBuf {
        self.config.join("keymaps")
    }

    #[must_use]
    pub fn policies(&self) -> PathBuf {
        self.config.join("policies")
    }

    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.state.join("awsdeck.log")
    }

    /// Whether the terminal was dark or light at the last start.
    #[must_use]
    pub fn appearance(&self) -> PathBuf {
        self.state.join("appearance")
    }

    /// Where kubeconfigs for `kubectl` are written; gone when the session ends, where the system
    /// has such a folder.
    #[must_use]
    pub fn kubeconfigs(&self) -> PathBuf {
        let folder = self.runtime.as_ref().unwrap_or(&self.state);
        folder.join("kubeconfigs")
    }

    /// Which organization a profile led to, so that the next start knows its cache before any call.
    #[must_use]
    pub fn organizations(&self) -> PathBuf {
        self.cache.join("organizations.json")
    }

    /// The files of one organization: its id, or the account's where there is no organization, or
    /// `demo`. Nothing but letters, digits and `-` of it reaches a path.
    #[must_use]
    pub fn organization(&self, id: &str) -> OrganizationFiles {
        let id: String = id
            .chars()
            .map(|char| {
                if char.is_ascii_alphanumeric() {
                    char
                } else {
                    '-'
                }
            })
            .collect();
        OrganizationFiles {
            cache: self.cache.join(&id),
            state: self.state.join(&id),
            socket: self
                .runtime
                .as_ref()
                .unwrap_or(&self.state)
                .join(format!("{id}.sock")),
        }
    }
}

/// Where the data of one organization is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganizationFiles {
    cache: PathBuf,
    state: PathBuf,
    socket: PathBuf,
}

impl OrganizationFiles {
    /// What was read; safe to delete.
    #[must_use]
    pub fn cache(&self) -> PathBuf {
        self.cache.join("cache.sqlite")
    }

    /// What was done; never deleted.
    #[must_use]
    pub fn journal(&self) -> PathBuf {
        self.state.join("journal.sqlite")
    }

    /// The request meter and what the deck remembers.
    #[must_use]
    pub fn samples(&self) -> PathBuf {
        self.state.join("samples.sqlite")
    }

    /// The folder of journal and samples, for whatever else belongs to this organization.
    #[must_use]
    pub fn state(&self) -> &Path {
        &self.state
    }

    /// Where the runner listens.
    #[must_use]
    pub fn socket(&self) -> &Path {
        &self.socket
    }
}

/// Makes a folder and those above it that only its owner may enter.
pub fn make_private_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Makes sure that `file` exists, in a private folder, and that only its owner may read it.
/// SQLite gives its own side files the same mode.
pub fn make_private_file(file: &Path) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        make_private_folder(folder)?;
    }
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(file)
        .map(drop)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn folders_and_files_are_for_their_owner_only() {
        let home = tempfile::tempdir().expect("a folder");
        let file = Files::under(home.path()).organization("o-1").cache();
        make_private_file(&file).expect("made");
        let mode = |path: &Path| path.metadata().expect("there").permissions().mode() & 0o777;
        assert_eq!(mode(&file), 0o600);
        assert_eq!(mode(file.parent().expect("a folder")), 0o700);
    }

    #[test]
    fn an_organization_id_cannot_leave_its_folder() {
        let files = Files::under(Path::new("/x"));
        assert_eq!(
            files.organization("../../etc").cache(),
            Path::new("/x/cache/------etc/cache.sqlite")
        );
    }
}
