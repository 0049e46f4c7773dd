//! What provisioning a cluster asks for.

use super::{Kind, Parameter};

const fn optional(
    name: &'static str,
    kind: Kind,
    default: Option<&'static str>,
    help: &'static str,
) -> Parameter {
    Parameter {
        name,
        kind,
        help,
        default,
        required: false,
    }
}

const NODES: Kind = Kind::Count {
    least: 0,
    most: 450,
};

pub(super) const PARAMETERS: &[Parameter] = &[
    Parameter {
        name: "account",
        kind: Kind::Account,
        help: "the account that it is made in",
        default: None,
        required: true,
    },
    Parameter {
        name: "name",
        kind: Kind::Text,
        help: "the cluster's name, unique in its account and region",
        default: None,
        required: true,
    },
    Parameter {
        name: "reason",
        kind: Kind::Text,
        help: "why, for those who read the run later",
        default: None,
        required: true,
    },
    optional(
        "region",
        Kind::Text,
        None,
        "the region; the home region where not given",
    ),
    optional(
        "version",
        Kind::Text,
        None,
        "the Kubernetes minor version; the one that EKS takes by default where not given",
    ),
    optional(
        "vpc",
        Kind::Text,
        None,
        "the VPC, by id or name; the only one that is not AWS's default where not given",
    ),
    optional(
        "subnets",
        Kind::Text,
        None,
        "subnets by id or name, separated by commas; the VPC's private ones where not given",
    ),
    optional(
        "endpoint",
        Kind::Choice(&["private", "public"]),
        Some("private"),
        "from where the API server is reached: within the VPC, or also from --public-cidrs",
    ),
    optional(
        "public-cidrs",
        Kind::Text,
        None,
        "blocks that reach a public endpoint, separated by commas",
    ),
    optional(
        "admin",
        Kind::Text,
        None,
        "the ARN of the role that administers it; the role that makes it where not given",
    ),
    optional(
        "logs",
        Kind::Text,
        Some("api,audit,authenticator"),
        "logs of the control plane that are kept in CloudWatch",
    ),
    optional(
        "addons",
        Kind::Text,
        Some("vpc-cni,kube-proxy,coredns"),
        "EKS add-ons, separated by commas",
    ),
    optional(
        "kms-key",
        Kind::Text,
        None,
        "the ARN of the key that encrypts secrets; EKS's own where not given",
    ),
    optional(
        "disk",
        Kind::Count {
            least: 20,
            most: 16_384,
        },
        Some("50"),
        "the disk of a node, in GiB",
    ),
    optional(
        "main-type",
        Kind::Text,
        Some("t3.medium"),
        "the instance type of the main node group",
    ),
    optional("main-min", NODES, Some("2"), "its fewest nodes"),
    optional("main-desired", NODES, Some("2"), "its nodes to begin with"),
    optional("main-max", NODES, Some("4"), "its most nodes"),
    optional(
        "gpu",
        Kind::Choice(&["yes", "no"]),
        Some("yes"),
        "whether there is a node group with GPUs",
    ),
    optional(
        "gpu-type",
        Kind::Text,
        Some("g4dn.xlarge"),
        "the instance type of the GPU node group",
    ),
    optional("gpu-min", NODES, Some("0"), "its fewest nodes"),
    optional("gpu-desired", NODES, Some("0"), "its nodes to begin with"),
    optional("gpu-max", NODES, Some("2"), "its most nodes"),
    optional(
        "gpu-capacity",
        Kind::Choice(&["on-demand", "spot"]),
        Some("on-demand"),
        "how the GPU nodes are bought",
    ),
];
