//! Launch templates: what the nodes of a group are launched from.

use serde::{Deserialize, Serialize};

use super::{Params, Set, Tag, describe::list, shapes::tagged};
use crate::model::Tags;

list!(LaunchTemplates LaunchTemplatesPage: "DescribeLaunchTemplates" by "LaunchTemplateId", 200 a page, in "launchTemplates": LaunchTemplate);

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LaunchTemplate {
    pub launch_template_id: String,
    pub launch_template_name: String,
    pub latest_version_number: u32,
    pub tag_set: Set<Tag>,
}

/// `CreateLaunchTemplate` with an encrypted root volume, and instance metadata by session only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateTemplate<'a> {
    pub token: &'a str,
    pub name: &'a str,
    /// Of the root volume, in GiB.
    pub disk_gib: u32,
    /// What instances and volumes are tagged with.
    pub instance_tags: &'a Tags,
    pub tags: &'a Tags,
}

/// The answer to [`CreateTemplate`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NewTemplate {
    pub launch_template: LaunchTemplate,
}

/// `DeleteLaunchTemplate`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeleteTemplate<'a> {
    pub id: &'a str,
}

impl CreateTemplate<'_> {
    pub const ACTION: &'static str = "CreateLaunchTemplate";

    #[must_use]
    pub fn params(&self) -> Params {
        // The root device of Amazon Linux; Bottlerocket's is the data volume's neighbour.
        const ROOT: &str = "LaunchTemplateData.BlockDeviceMapping.1";
        let mut params = Params::default();
        params
            .set("ClientToken", self.token)
            .set("LaunchTemplateName", self.name)
            .set(format!("{ROOT}.DeviceName"), "/dev/xvda")
            .set(format!("{ROOT}.Ebs.DeleteOnTermination"), true)
            .set(format!("{ROOT}.Ebs.Encrypted"), true)
            .set(format!("{ROOT}.Ebs.VolumeSize"), self.disk_gib)
            .set(format!("{ROOT}.Ebs.VolumeType"), "gp3")
            .set("LaunchTemplateData.MetadataOptions.HttpTokens", "required")
            // Pods are one hop further away than the instance.
            .set(
                "LaunchTemplateData.MetadataOptions.HttpPutResponseHopLimit",
                2,
            );
        tagged(
            &mut params,
            "LaunchTemplateData.TagSpecification",
            &["instance", "volume"],
            self.instance_tags,
        );
        tagged(
            &mut params,
            "TagSpecification",
            &["launch-template"],
            self.tags,
        );
        params
    }
}

impl DeleteTemplate<'_> {
    pub const ACTION: &'static str = "DeleteLaunchTemplate";

    #[must_use]
    pub fn params(&self) -> Params {
        let mut params = Params::default();
        params.set("LaunchTemplateId", self.id);
        params
    }
}
