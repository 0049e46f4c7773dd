//! Sealing: a plan that is whole gets its bytes and its digests, and is never changed again.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Digest, Edge, Fact, FactId, NotCanonical, Plan, Precondition, SCHEMA, Step, StepId, Symbol,
    Watch, Work, canon, symbols,
};
use crate::{
    engine::graph::{Cycle, Graph},
    model::{Tags, change::Mark},
};

/// A plan with its canonical bytes. Only sealing and loading make one, so its parts always agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    plan: Plan,
    bytes: Vec<u8>,
    digest: Digest,
    effect: Digest,
}

/// Why a plan cannot be sealed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsealable {
    #[error("it has no step")]
    Empty,
    #[error("`{0}` is no name for a step: lower-case letters, digits and `-`")]
    BadName(StepId),
    #[error("two steps are named `{0}`")]
    Duplicate(StepId),
    #[error("{place} names the step `{step}`, which the plan does not have")]
    NoSuchStep { place: String, step: StepId },
    #[error("step `{step}` rests on the fact `{fact}`, which the plan does not have")]
    NoSuchFact { step: StepId, fact: FactId },
    #[error(transparent)]
    Cycle(#[from] Cycle),
    #[error("step `{step}` holds {symbol:?}, which nothing before it binds")]
    Unbound { step: StepId, symbol: Symbol },
    #[error("steps `{0}` and `{1}` change the same thing and neither waits for the other")]
    Race(StepId, StepId),
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
}

/// Why bytes are not the sealed plan they are taken for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Tampered {
    #[error("the plan's bytes give the digest {found}, not {wanted}: it was changed after sealing")]
    Digest { wanted: Digest, found: Digest },
    #[error("not a plan: {0}")]
    Unreadable(#[from] NotCanonical),
    #[error("a plan of form {0}, which this version does not know; make the plan again")]
    Schema(u32),
    #[error("not a plan that can be sealed: {0}")]
    Unsealable(#[from] Unsealable),
}

/// A plan as a file: readable by people, verified against its own digest.
#[derive(Serialize, Deserialize)]
struct Document {
    digest: Digest,
    effect_digest: Digest,
    plan: Plan,
}

impl Sealed {
    /// Checks that the plan is whole and gives it its digests.
    pub fn seal(plan: Plan) -> Result<Self, Unsealable> {
        let bytes = canon::bytes(&plan)?;
        Self::whole(plan, bytes)
    }

    /// The plan with what are its canonical bytes.
    fn whole(plan: Plan, bytes: Vec<u8>) -> Result<Self, Unsealable> {
        check(&plan)?;
        let effect = Digest::of(&canon::bytes(&effect(&plan))?);
        let digest = Digest::of(&bytes);
        Ok(Self {
            plan,
            bytes,
            digest,
            effect,
        })
    }

    /// Takes stored bytes back in, if they are exactly what was sealed under `digest`.
    pub fn load(bytes: &[u8], digest: Digest) -> Result<Self, Tampered> {
        let found = Digest::of(bytes);
        if found != digest {
            let wanted = digest;
            return Err(Tampered::Digest { wanted, found });
        }
        let plan: Plan = canon::parse(bytes)?;
        if plan.schema != SCHEMA {
            return Err(Tampered::Schema(plan.schema));
        }
        Ok(Self::whole(plan, bytes.to_vec())?)
    }

    /// The text of a plan file.
    #[must_use]
    pub fn to_file(&self) -> Vec<u8> {
        let document = Document {
            digest: self.digest,
            effect_digest: self.effect,
            plan: self.plan.clone(),
        };
        canon::bytes(&document).expect("a sealed plan has canonical bytes, digests are text")
    }

    /// Reads a plan file and verifies it against the digest in it.
    pub fn from_file(text: &[u8]) -> Result<Self, Tampered> {
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        let document: Document = canon::parse(text)?;
        let sealed = Self::load(&canon::bytes(&document.plan)?, document.digest)?;
        if sealed.effect != document.effect_digest {
            return Err(Tampered::Digest {
                wanted: document.effect_digest,
                found: sealed.effect,
            });
        }
        Ok(sealed)
    }

    #[must_use]
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The canonical bytes, which the digest is over.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What is approved and what a run names.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// Equal for two plans that would do the same, whenever and by whomever they were made.
    #[must_use]
    pub const fn effect(&self) -> Digest {
        self.effect
    }

    /// What a run of it must hold alone: everything that it changes, but for what it makes itself.
    #[must_use]
    pub fn scopes(&self) -> BTreeSet<String> {
        let changes = self.plan.steps.iter().filter_map(Step::changes);
        let scopes = changes.map(crate::model::Change::scope);
        scopes.filter(|scope| !scope.contains("${")).collect()
    }

    /// The idempotency key of a step; empty for steps that send nothing.
    #[must_use]
    pub fn key(&self, step: &Step) -> String {
        step.changes().map_or_else(String::new, |change| {
            self.digest
                .key(&step.id, change.account(), &change.region())
        })
    }

    /// The idempotency key of taking a step back: another request, so another key.
    #[must_use]
    pub fn undo_key(&self, step: &Step) -> String {
        let undo = StepId::from(format!("{}/undo", step.id).as_str());
        step.inverse().map_or_else(String::new, |inverse| {
            self.digest.key(&undo, inverse.account(), &inverse.region())
        })
    }

    /// The tags that everything carries which a step makes, and by which it is found again.
    #[must_use]
    pub fn tags(&self, step: &StepId) -> Tags {
        let tag = |key: &str, value: &dyn std::fmt::Display| (key.to_owned(), value.to_string());
        Tags::from([
            tag("awsdeck:op", &self.plan.operation),
            tag(Mark::PLAN, &&self.digest.to_string()[..16]),
            tag(Mark::STEP, step),
            tag("awsdeck:env", &self.plan.environment),
            tag("awsdeck:by", &self.plan.author),
        ])
    }
}

/// What a plan does, without when, by whom and for what reason it was made.
fn effect(plan: &Plan) -> Value {
    let lasting: BTreeMap<&FactId, Value> = plan
        .facts
        .iter()
        .filter(|(_, fact)| !fact.volatile)
        .map(|(id, Fact { source, value, .. })| (id, json!({"source": source, "value": value})))
        .collect();
    json!({
        "schema": plan.schema,
        "operation": plan.operation,
        "organization": plan.organization,
        "environment": plan.environment,
        "facts": lasting,
        "steps": plan.steps,
        "edges": plan.edges,
        "gates": plan.gates,
        "points_of_no_return": plan.points_of_no_return,
    })
}

fn check(plan: &Plan) -> Result<(), Unsealable> {
    if plan.steps.is_empty() {
        return Err(Unsealable::Empty);
    }
    let mut known = BTreeSet::new();
    for step in &plan.steps {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let name = step.id.as_str();
        if name.is_empty() || name.len() > 64 || !name.bytes().all(fits) {
            return Err(Unsealable::BadName(step.id.clone()));
        }
        if !known.insert(&step.id) {
            return Err(Unsealable::Duplicate(step.id.clone()));
        }
    }
    for (place, step) in named(plan) {
        if !known.contains(step) {
            let step = step.clone();
            return Err(Unsealable::NoSuchStep { place, step });
        }
    }
    let graph = Graph::of(plan)?;
    for step in &plan.steps {
        facts_exist(plan, step)?;
        symbols_are_bound(plan, step, &graph)?;
    }
    no_races(plan, &graph)
}

/// Every place that names a step.
fn named(plan: &Plan) -> Vec<(String, &StepId)> {
    let mut places: Vec<(String, &StepId)> = Vec::new();
    for Edge { before, after, .. } in &plan.edges {
        let place = format!("the edge {before} → {after}");
        places.push((place.clone(), before));
        places.push((place, after));
    }
    places.extend(
        plan.gates
            .iter()
            .map(|gate| ("a gate".into(), &gate.before)),
    );
    let final_ones = plan.points_of_no_return.iter();
    places.extend(final_ones.map(|step| ("a point of no return".into(), step)));
    for step in &plan.steps {
        if let Work::Bake { watch, .. } = &step.work {
            for watch in watch {
                if let Watch::Stands { step: watched } = watch {
                    places.push((format!("the bake `{}`", step.id), watched));
                }
            }
        }
    }
    places
}

fn facts_exist(plan: &Plan, step: &Step) -> Result<(), Unsealable> {
    for precondition in &step.preconditions {
        if let Precondition::Unchanged { fact } = precondition
            && !plan.facts.contains_key(fact)
        {
            return Err(Unsealable::NoSuchFact {
                step: step.id.clone(),
                fact: fact.clone(),
            });
        }
    }
    Ok(())
}

fn symbols_are_bound(plan: &Plan, step: &Step, graph: &Graph<'_>) -> Result<(), Unsealable> {
    let work = json!([step.work, step.preconditions, step.compensation]);
    let bound = |symbol: &Symbol| match symbol {
        Symbol::Fact(fact) => plan.facts.contains_key(fact),
        Symbol::Out(earlier) => *earlier == step.id || graph.precedes(earlier, &step.id),
        Symbol::Key => true,
        Symbol::Unknown(_) => false,
    };
    // A step's own output is known when it is undone, not when it is done.
    let own = Symbol::Out(step.id.clone());
    let early = symbols(&json!([step.work, step.preconditions]))
        .into_iter()
        .find(|symbol| *symbol == own);
    match early.or_else(|| symbols(&work).into_iter().find(|symbol| !bound(symbol))) {
        None => Ok(()),
        Some(symbol) => Err(Unsealable::Unbound {
            step: step.id.clone(),
            symbol,
        }),
    }
}

/// Two changes to one thing must be in order, or both could be unanswered at once.
fn no_races(plan: &Plan, graph: &Graph<'_>) -> Result<(), Unsealable> {
    let mut by_target: BTreeMap<String, Vec<&StepId>> = BTreeMap::new();
    for step in plan.steps.iter().filter(|step| step.changes().is_some()) {
        let others = by_target.entry(step.scope()).or_default();
        for other in others.iter() {
            if !graph.precedes(other, &step.id) && !graph.precedes(&step.id, other) {
                return Err(Unsealable::Race((*other).clone(), step.id.clone()));
            }
        }
        others.push(&step.id);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use proptest::prelude::*;

    use super::*;
    use crate::engine::plan::sample;

    type Spoil = fn(&mut Plan);

    #[test]
    fn a_sealed_plan_comes_back_the_same_from_bytes_and_from_a_file() {
        let sealed = Sealed::seal(sample::switch()).expect("whole");
        assert_eq!(
            Sealed::load(sealed.bytes(), sealed.digest()),
            Ok(sealed.clone())
        );
        let mut file = sealed.to_file();
        file.push(b'\n');
        assert_eq!(Sealed::from_file(&file), Ok(sealed));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_flipped_bit_makes_it_another_plan(at in any::<prop::sample::Index>(), bit in 0..8_u8) {
            let sealed = Sealed::seal(sample::switch()).expect("whole");
            let mut bytes = sealed.bytes().to_vec();
            let at_byte = at.index(bytes.len());
            bytes[at_byte] ^= 1 << bit;
            let loaded = Sealed::load(&bytes, sealed.digest());
            let told = matches!(loaded, Err(Tampered::Digest { .. }));
            prop_assert!(told);

            let mut file = sealed.to_file();
            let at_byte = at.index(file.len());
            file[at_byte] ^= 1 << bit;
            prop_assert!(Sealed::from_file(&file).is_err());
        }

        #[test]
        fn the_same_plan_has_the_same_digest_every_time(seconds in 0..100_000_i64) {
            let plan = || {
                let mut plan = sample::switch();
                plan.sealed_at += SignedDuration::from_secs(seconds);
                plan
            };
            let (one, two) = (Sealed::seal(plan()), Sealed::seal(plan()));
            prop_assert_eq!(one, two);
        }
    }

    #[test]
    fn the_effect_digest_leaves_out_when_who_why_and_what_changes_by_itself() {
        let base = Sealed::seal(sample::switch()).expect("whole");
        let same: [Spoil; 4] = [
            |plan| plan.expires_at += SignedDuration::from_hours(1),
            |plan| plan.reason = "another".into(),
            |plan| plan.author = "somebody else".into(),
            |plan| {
                let fact = plan.facts.get_mut(&"health".into()).expect("in the sample");
                fact.value = json!(null);
            },
        ];
        for spoil in same {
            let mut plan = sample::switch();
            spoil(&mut plan);
            let again = Sealed::seal(plan).expect("whole");
            assert_ne!(again.digest(), base.digest());
            assert_eq!(again.effect(), base.effect());
        }
        let different: [Spoil; 3] = [
            |plan| {
                let fact = plan.facts.get_mut(&"zone".into()).expect("in the sample");
                fact.value = json!("other");
            },
            |plan| plan.environment = crate::model::EnvironmentClass::Dev,
            |plan| plan.steps[1].work = Work::Wait { seconds: 61 },
        ];
        for spoil in different {
            let mut plan = sample::switch();
            spoil(&mut plan);
            assert_ne!(Sealed::seal(plan).expect("whole").effect(), base.effect());
        }
    }

    #[test]
    fn what_is_not_whole_is_refused_and_named() {
        let cases: [(Spoil, &str); 9] = [
            (|plan| plan.steps.clear(), "it has no step"),
            (
                |plan| plan.steps[0].id = "Shift It".into(),
                "`Shift It` is no name for a step: lower-case letters, digits and `-`",
            ),
            (
                |plan| plan.steps[1].id = "shift".into(),
                "two steps are named `shift`",
            ),
            (
                |plan| plan.edges[0].before = "nowhere".into(),
                "the edge nowhere → aged names the step `nowhere`, which the plan does not have",
            ),
            (
                |plan| {
                    let Edge { before, after, why } = plan.edges[0].clone();
                    plan.edges.push(Edge {
                        before: after,
                        after: before,
                        why,
                    });
                },
                "steps wait for each other: shift → aged → shift",
            ),
            (
                |plan| {
                    plan.facts.clear();
                },
                "step `shift` rests on the fact `zone`, which the plan does not have",
            ),
            (
                |plan| plan.steps[0].work = sample::shift_in("${out:aged}").work,
                "step `shift` holds Out(StepId(\"aged\")), which nothing before it binds",
            ),
            (
                |plan| plan.steps[0].work = sample::shift_in("${password}").work,
                "step `shift` holds Unknown(\"password\"), which nothing before it binds",
            ),
            (
                |plan| {
                    let mut twin = plan.steps[0].clone();
                    twin.id = "twin".into();
                    plan.steps.push(twin);
                },
                "steps `shift` and `twin` change the same thing and neither waits for the other",
            ),
        ];
        for (spoil, wanted) in cases {
            let mut plan = sample::switch();
            spoil(&mut plan);
            let error = Sealed::seal(plan).expect_err(wanted);
            assert_eq!(error.to_string(), wanted);
        }
    }

    #[test]
    fn a_plan_of_another_form_is_not_guessed_at() {
        let mut plan = sample::switch();
        plan.schema = 2;
        let bytes = canon::bytes(&plan).expect("canonical");
        assert_eq!(
            Sealed::load(&bytes, Digest::of(&bytes)),
            Err(Tampered::Schema(2))
        );
    }
}
