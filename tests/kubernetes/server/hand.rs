//! Writing to the cluster by hand, beside the API: for setting up, and for what happens meanwhile.

use std::sync::Arc;

use serde_json::Value;

use super::{
    Server,
    kinds::Kind,
    patch::merge,
    world::World,
    write::{self, Author, DeleteOptions},
};

/// Somebody who writes: a field manager.
pub(crate) struct Hand<'a> {
    server: &'a Server,
    manager: &'a str,
}

impl Server {
    /// Writes as `manager`. Groups are empty for the core group, namespaces in cluster scope.
    pub(crate) fn by<'a>(&'a self, manager: &'a str) -> Hand<'a> {
        Hand {
            server: self,
            manager,
        }
    }
}

impl Hand<'_> {
    fn write<T>(
        &self,
        group: &str,
        plural: &str,
        write: impl FnOnce(&mut World, &Arc<Kind>, Author) -> T,
    ) -> T {
        let author = Author::of(self.manager);
        self.server.world(|world| {
            let kind = world.kind(group, plural);
            write(world, &kind, author)
        })
    }

    /// Creates an object, with everything that the API would do about it.
    pub(crate) fn create(
        &self,
        group: &str,
        plural: &str,
        namespace: &str,
        object: Value,
    ) -> Value {
        self.write(group, plural, |world, kind, author| {
            let made = write::create(world, kind, namespace, object, &author);
            made.unwrap_or_else(|status| panic!("{}", status.message()))
        })
    }

    /// Lays a merge patch over an object that is there.
    pub(crate) fn patch(
        &self,
        group: &str,
        plural: &str,
        namespace: &str,
        name: &str,
        patch: &Value,
    ) -> Value {
        // A patch of the status goes through its subresource.
        let part = if patch.get("status").is_some() {
            "status"
        } else {
            ""
        };
        self.write(group, plural, |world, kind, author| {
            let author = Author { part, ..author };
            let patched = write::edit(world, kind, namespace, name, &author, |object| {
                merge(object, patch);
            });
            patched.unwrap_or_else(|| panic!("no {} {name}", kind.name))
        })
    }

    /// Deletes an object, with a grace period in seconds for pods.
    pub(crate) fn delete(
        &self,
        group: &str,
        plural: &str,
        namespace: &str,
        name: &str,
        grace: i64,
    ) {
        self.write(group, plural, |world, kind, _| {
            let options = DeleteOptions {
                grace: Some(grace),
                propagation: "Background".into(),
                ..DeleteOptions::default()
            };
            let deleted = write::delete(world, kind, namespace, name, &options);
            deleted.unwrap_or_else(|status| panic!("{}", status.message()))
        });
    }
}
