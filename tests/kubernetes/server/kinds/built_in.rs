//! The built-in kinds of Kubernetes 1.36.

use super::Kind;

/// One line of the table: kind, plural, short names, categories, subresources (`/`: cluster scope).
type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const EDIT: &str = "create delete deletecollection get list patch update watch";

/// The kinds of each group and version, in the order of discovery.
const GROUPS: &[(&str, &str, &[Row])] = &[
    ("", "v1", CORE),
    (
        "apiregistration.k8s.io",
        "v1",
        &[("APIService", "apiservices", "", "api-extensions", "/status")],
    ),
    ("apps", "v1", APPS),
    ("events.k8s.io", "v1", &[("Event", "events", "ev", "", "")]),
    (
        "authentication.k8s.io",
        "v1",
        &[
            ("SelfSubjectReview", "selfsubjectreviews", "", "", "/+"),
            ("TokenReview", "tokenreviews", "", "", "/+"),
        ],
    ),
    (
        "authorization.k8s.io",
        "v1",
        &[
            (
                "LocalSubjectAccessReview",
                "localsubjectaccessreviews",
                "",
                "",
                "+",
            ),
            (
                "SelfSubjectAccessReview",
                "selfsubjectaccessreviews",
                "",
                "",
                "/+",
            ),
            (
                "SelfSubjectRulesReview",
                "selfsubjectrulesreviews",
                "",
                "",
                "/+",
            ),
            ("SubjectAccessReview", "subjectaccessreviews", "", "", "/+"),
        ],
    ),
    (
        "autoscaling",
        "v2",
        &[(
            "HorizontalPodAutoscaler",
            "horizontalpodautoscalers",
            "hpa",
            "all",
            "status",
        )],
    ),
    (
        "autoscaling",
        "v1",
        &[(
            "HorizontalPodAutoscaler",
            "horizontalpodautoscalers",
            "hpa",
            "all",
            "status",
        )],
    ),
    (
        "batch",
        "v1",
        &[
            ("CronJob", "cronjobs", "cj", "all", "status"),
            ("Job", "jobs", "", "all", "status"),
        ],
    ),
    (
        "certificates.k8s.io",
        "v1",
        &[(
            "CertificateSigningRequest",
            "certificatesigningrequests",
            "csr",
            "",
            "/approval status",
        )],
    ),
    (
        "networking.k8s.io",
        "v1",
        &[
            ("IngressClass", "ingressclasses", "", "", "/"),
            ("Ingress", "ingresses", "ing", "", "status"),
            ("IPAddress", "ipaddresses", "ip", "", "/"),
            ("NetworkPolicy", "networkpolicies", "netpol", "", ""),
            ("ServiceCIDR", "servicecidrs", "", "", "/status"),
        ],
    ),
    (
        "policy",
        "v1",
        &[(
            "PodDisruptionBudget",
            "poddisruptionbudgets",
            "pdb",
            "",
            "status",
        )],
    ),
    (
        "rbac.authorization.k8s.io",
        "v1",
        &[
            ("ClusterRoleBinding", "clusterrolebindings", "", "", "/"),
            ("ClusterRole", "clusterroles", "", "", "/"),
            ("RoleBinding", "rolebindings", "", "", ""),
            ("Role", "roles", "", "", ""),
        ],
    ),
    (
        "storage.k8s.io",
        "v1",
        &[
            ("CSIDriver", "csidrivers", "", "", "/"),
            ("CSINode", "csinodes", "", "", "/"),
            ("CSIStorageCapacity", "csistoragecapacities", "", "", ""),
            ("StorageClass", "storageclasses", "sc", "", "/"),
            ("VolumeAttachment", "volumeattachments", "", "", "/status"),
            (
                "VolumeAttributesClass",
                "volumeattributesclasses",
                "vac",
                "",
                "/",
            ),
        ],
    ),
    (
        "admissionregistration.k8s.io",
        "v1",
        &[
            (
                "MutatingWebhookConfiguration",
                "mutatingwebhookconfigurations",
                "",
                "api-extensions",
                "/",
            ),
            (
                "ValidatingAdmissionPolicy",
                "validatingadmissionpolicies",
                "",
                "api-extensions",
                "/status",
            ),
            (
                "ValidatingAdmissionPolicyBinding",
                "validatingadmissionpolicybindings",
                "",
                "api-extensions",
                "/",
            ),
            (
                "ValidatingWebhookConfiguration",
                "validatingwebhookconfigurations",
                "",
                "api-extensions",
                "/",
            ),
        ],
    ),
    (
        "apiextensions.k8s.io",
        "v1",
        &[(
            "CustomResourceDefinition",
            "customresourcedefinitions",
            "crd crds",
            "api-extensions",
            "/status",
        )],
    ),
    (
        "scheduling.k8s.io",
        "v1",
        &[("PriorityClass", "priorityclasses", "pc", "", "/")],
    ),
    (
        "coordination.k8s.io",
        "v1",
        &[("Lease", "leases", "", "", "")],
    ),
    (
        "node.k8s.io",
        "v1",
        &[("RuntimeClass", "runtimeclasses", "", "", "/")],
    ),
    (
        "discovery.k8s.io",
        "v1",
        &[("EndpointSlice", "endpointslices", "", "", "")],
    ),
    (
        "resource.k8s.io",
        "v1",
        &[
            ("DeviceClass", "deviceclasses", "", "", "/"),
            ("ResourceClaim", "resourceclaims", "", "", "status"),
            (
                "ResourceClaimTemplate",
                "resourceclaimtemplates",
                "",
                "",
                "",
            ),
            ("ResourceSlice", "resourceslices", "", "", "/"),
        ],
    ),
    (
        "flowcontrol.apiserver.k8s.io",
        "v1",
        &[
            ("FlowSchema", "flowschemas", "", "", "/status"),
            (
                "PriorityLevelConfiguration",
                "prioritylevelconfigurations",
                "",
                "",
                "/status",
            ),
        ],
    ),
];

const CORE: &[Row] = &[
    ("Binding", "bindings", "", "", "+"),
    ("ComponentStatus", "componentstatuses", "cs", "", "/-"),
    ("ConfigMap", "configmaps", "cm", "", ""),
    ("Endpoints", "endpoints", "ep", "", ""),
    ("Event", "events", "ev", "", ""),
    ("LimitRange", "limitranges", "limits", "", ""),
    ("Namespace", "namespaces", "ns", "", "/finalize status"),
    ("Node", "nodes", "no", "", "/proxy status"),
    (
        "PersistentVolumeClaim",
        "persistentvolumeclaims",
        "pvc",
        "",
        "status",
    ),
    ("PersistentVolume", "persistentvolumes", "pv", "", "/status"),
    (
        "Pod",
        "pods",
        "po",
        "all",
        "attach binding ephemeralcontainers eviction exec log portforward proxy resize status",
    ),
    ("PodTemplate", "podtemplates", "", "", ""),
    (
        "ReplicationController",
        "replicationcontrollers",
        "rc",
        "all",
        "scale status",
    ),
    ("ResourceQuota", "resourcequotas", "quota", "", "status"),
    ("Secret", "secrets", "", "", ""),
    ("ServiceAccount", "serviceaccounts", "sa", "", "token"),
    ("Service", "services", "svc", "all", "proxy status"),
];

const APPS: &[Row] = &[
    ("ControllerRevision", "controllerrevisions", "", "", ""),
    ("DaemonSet", "daemonsets", "ds", "all", "status"),
    ("Deployment", "deployments", "deploy", "all", "scale status"),
    ("ReplicaSet", "replicasets", "rs", "all", "scale status"),
    ("StatefulSet", "statefulsets", "sts", "all", "scale status"),
];

pub(super) fn kinds() -> Vec<Kind> {
    let rows = GROUPS
        .iter()
        .flat_map(|(group, version, rows)| rows.iter().map(move |row| (*group, *version, row)));
    rows.enumerate()
        .map(|(id, (group, version, row))| kind(id, group, version, row))
        .collect()
}

fn kind(id: usize, group: &str, version: &str, row: &Row) -> Kind {
    let (name, plural, short, categories, parts) = *row;
    let cluster = parts.starts_with('/');
    let parts = parts.trim_start_matches('/');
    let verbs = match (plural, parts) {
        (_, "+") => "create".into(),
        (_, "-") => "get list".into(),
        ("namespaces", _) => EDIT.replace("deletecollection ", ""),
        _ => EDIT.into(),
    };
    Kind {
        id,
        group: group.into(),
        version: version.into(),
        name: name.into(),
        plural: plural.into(),
        singular: name.to_lowercase(),
        namespaced: !cluster,
        short: words(short),
        categories: words(categories),
        verbs: words(&verbs),
        parts: words(parts.trim_matches(['+', '-'])),
        custom: None,
    }
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}
