//! What EKS has found out about the next upgrade of a cluster.

use serde_json::json;

use super::{Answer, Invention, Request, World, absence, not_found, now};

pub(super) const INSIGHTS: Invention = Invention {
    service: "eks",
    operations: &["ListInsights", "DescribeInsight"],
    what: "moto has none: every cluster has one finding that passes and one that warns",
};

/// Id, name, status and reason.
const FINDINGS: &[(&str, &str, &str, &str)] = &[
    (
        "00000000-0000-4000-8000-000000000001",
        "Deprecated APIs removed in Kubernetes v1.34",
        "PASSING",
        "No deprecated API usage detected within the last 30 days.",
    ),
    (
        "00000000-0000-4000-8000-000000000002",
        "Kubelet version skew",
        "WARNING",
        "Node kubelet versions are two minor versions behind the control plane.",
    ),
];

pub(super) async fn answer(world: &World, request: &Request) -> Answer {
    if let Some(absent) = absence(world, request).await {
        return absent;
    }
    let told = |(id, name, status, reason): &(&str, &str, &str, &str)| {
        json!({
            "id": id,
            "name": name,
            "category": "UPGRADE_READINESS",
            "kubernetesVersion": "1.34",
            "lastRefreshTime": now(),
            "lastTransitionTime": now(),
            "description": name,
            "insightStatus": { "status": status, "reason": reason },
        })
    };
    if request.operation == "ListInsights" {
        let statuses = &request.document["filter"]["statuses"];
        let statuses = statuses.as_array().cloned().unwrap_or_default();
        let wanted = |(_, _, status, _): &&(&str, &str, &str, &str)| {
            statuses.is_empty() || statuses.contains(&json!(status))
        };
        let insights: Vec<_> = FINDINGS.iter().filter(wanted).map(told).collect();
        return Answer::value(request, &json!({ "insights": insights }));
    }
    let wanted = request.needed("id");
    match FINDINGS.iter().find(|(id, ..)| *id == wanted) {
        Some(finding) => {
            let mut insight = told(finding);
            insight["recommendation"] = json!("Update the node groups first.");
            insight["resources"] = json!([]);
            Answer::value(request, &json!({ "insight": insight }))
        }
        None => not_found(request, &format!("No insight found for ID: {wanted}.")),
    }
}
