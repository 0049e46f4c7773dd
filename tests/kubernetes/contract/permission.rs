//! Who one is, and what one may do.

use k8s_openapi::api::{
    authentication::v1::SelfSubjectReview,
    authorization::v1::{
        ResourceAttributes, SelfSubjectAccessReview, SelfSubjectAccessReviewSpec,
        SelfSubjectRulesReview, SelfSubjectRulesReviewSpec,
    },
};
use kube::{Api, api::PostParams};

use super::{Place, everywhere};

#[tokio::test]
async fn a_client_can_ask_who_it_is() {
    everywhere(async |place: &Place| {
        let reviews: Api<SelfSubjectReview> = Api::all(place.client.clone());
        let asked = SelfSubjectReview::default();
        let review = reviews.create(&PostParams::default(), &asked).await;
        let status = review.expect("a review").status.expect("a status");
        let user = status.user_info.expect("a user");
        assert!(user.username.is_some_and(|name| !name.is_empty()));
        let groups = user.groups.unwrap_or_default();
        assert!(groups.iter().any(|group| group == "system:authenticated"));
    })
    .await;
}

#[tokio::test]
async fn who_creates_maps_is_told_that_it_may() {
    everywhere(async |place: &Place| {
        place.create(&super::map("a", "web")).await;
        let reviews: Api<SelfSubjectAccessReview> = Api::all(place.client.clone());
        let asked = SelfSubjectAccessReview {
            spec: SelfSubjectAccessReviewSpec {
                resource_attributes: Some(ResourceAttributes {
                    namespace: Some(place.namespace.clone()),
                    resource: Some("configmaps".into()),
                    verb: Some("create".into()),
                    ..ResourceAttributes::default()
                }),
                ..SelfSubjectAccessReviewSpec::default()
            },
            ..SelfSubjectAccessReview::default()
        };
        let review = reviews.create(&PostParams::default(), &asked).await;
        let status = review.expect("a review").status.expect("a status");
        assert!(status.allowed, "{status:?}");
    })
    .await;
}

#[tokio::test]
async fn the_rules_for_a_namespace_tell_what_may_be_done_there() {
    everywhere(async |place: &Place| {
        let reviews: Api<SelfSubjectRulesReview> = Api::all(place.client.clone());
        let asked = SelfSubjectRulesReview {
            spec: SelfSubjectRulesReviewSpec {
                namespace: Some(place.namespace.clone()),
            },
            ..SelfSubjectRulesReview::default()
        };
        let review = reviews.create(&PostParams::default(), &asked).await;
        let rules = review.expect("a review").status.expect("a status");
        let has = |names: &Option<Vec<String>>, wanted: &str| {
            let mut names = names.iter().flatten();
            names.any(|name| name == wanted || name == "*")
        };
        let found = rules.resource_rules.iter().any(|rule| {
            has(&rule.resources, "configmaps") && has(&Some(rule.verbs.clone()), "create")
        });
        assert!(found, "{rules:?}");
    })
    .await;
}
