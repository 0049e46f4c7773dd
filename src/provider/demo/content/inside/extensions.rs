//! Objects of controllers that the clusters have: GitOps, rollouts, a mesh, policies, queues.

use super::{
    super::super::estate::{Environment, Purpose},
    Ground,
};
use crate::model::{Health, State, workload::Extension};

struct Told<'a> {
    product: &'a str,
    api: &'a str,
    kind: &'a str,
    namespace: &'a str,
    name: &'a str,
    health: Health,
    facts: &'a [(&'a str, &'a str)],
}

pub(super) fn extensions(ground: &Ground<'_>) -> Vec<Extension> {
    let mut all = Vec::new();
    let mut tell = |told: Told<'_>| {
        all.push(Extension {
            product: told.product.into(),
            kind: told.kind.into(),
            api: told.api.into(),
            namespace: told.namespace.into(),
            name: told.name.into(),
            created: Some(ground.hours_ago(24 * 40)),
            health: told.health,
            facts: told
                .facts
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        });
    };
    if ground.is(Environment::Prod, Purpose::App) {
        tell(Told {
            product: "Argo CD",
            api: "argoproj.io/v1alpha1",
            kind: "Application",
            namespace: "argocd",
            name: "shop",
            health: Health::new(State::Warning, "out of sync"),
            facts: &[
                ("sync", "OutOfSync"),
                ("health", "Degraded"),
                ("revision", "9f3c1ab"),
                ("repository", "https://git.example/shop/deploy"),
            ],
        });
        tell(Told {
            product: "Argo Rollouts",
            api: "argoproj.io/v1alpha1",
            kind: "Rollout",
            namespace: "shop",
            name: "recommendations",
            health: Health::new(State::Warning, "paused: CanaryPauseStep"),
            facts: &[("phase", "Paused"), ("step", "1 of 5"), ("weight", "20 %")],
        });
        tell(Told {
            product: "Istio",
            api: "networking.istio.io/v1",
            kind: "VirtualService",
            namespace: "shop",
            name: "web",
            health: Health::ok(),
            facts: &[],
        });
        tell(Told {
            product: "Gatekeeper",
            api: "constraints.gatekeeper.sh/v1beta1",
            kind: "K8sRequiredLabels",
            namespace: "",
            name: "team-label",
            health: Health::new(State::Warning, "2 objects break it"),
            facts: &[
                ("action", "warn"),
                ("violations", "2"),
                ("Namespace /payments", "you must provide the label team"),
            ],
        });
    }
    if ground.is(Environment::Staging, Purpose::App) {
        tell(Told {
            product: "Flux",
            api: "kustomize.toolkit.fluxcd.io/v1",
            kind: "Kustomization",
            namespace: "flux-system",
            name: "shop",
            health: Health::new(
                State::Failed,
                "HealthCheckFailed: deployment shop/api is not ready",
            ),
            facts: &[(
                "Ready",
                "False · HealthCheckFailed · deployment shop/api is not ready",
            )],
        });
        tell(Told {
            product: "Flagger",
            api: "flagger.app/v1beta1",
            kind: "Canary",
            namespace: "shop",
            name: "web",
            health: Health::new(State::Working, "progressing, 30 %"),
            facts: &[
                ("phase", "Progressing"),
                ("weight", "30 %"),
                ("target", "Deployment/web"),
            ],
        });
    }
    if ground.is(Environment::Prod, Purpose::Ml) {
        tell(Told {
            product: "Karpenter",
            api: "karpenter.sh/v1",
            kind: "NodePool",
            namespace: "",
            name: super::machines::SLICED,
            health: Health::ok(),
            facts: &[("Ready", "True")],
        });
        tell(Told {
            product: "Kubeflow",
            api: "kubeflow.org/v1",
            kind: "PyTorchJob",
            namespace: "research",
            name: "llm-eval",
            health: Health::new(State::Working, "Created: PyTorchJob llm-eval is created."),
            facts: &[("Created", "True · PyTorchJobCreated")],
        });
        tell(Told {
            product: "Kueue",
            api: "kueue.x-k8s.io/v1beta1",
            kind: "Workload",
            namespace: "research",
            name: "rayjob-sweep",
            health: Health::new(
                State::Working,
                "waits for quota: couldn't assign flavors: insufficient unused quota for nvidia.com/gpu",
            ),
            facts: &[("queue", "research"), ("QuotaReserved", "False · Pending")],
        });
    }
    all
}
