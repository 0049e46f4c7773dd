//! Codes of multi-factor devices, asked for in the deck whenever a sign-in needs one.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::{
    mpsc::{self, UnboundedReceiver, UnboundedSender},
    oneshot,
};

use crate::provider::Prompt;

/// A code that is waited for.
#[derive(Debug)]
pub struct CodeWanted {
    pub device: String,
    /// What was wrong with the last one.
    pub problem: Option<String>,
    /// Takes the code, or `None` when the person gives up.
    pub answer: oneshot::Sender<Option<String>>,
}

/// Where codes are asked for, to be handed to the deck.
pub type Codes = UnboundedReceiver<CodeWanted>;

/// An asker for those who sign in, and its end for the deck.
#[must_use]
pub fn codes() -> (Arc<dyn Prompt>, Codes) {
    let (wanted, codes) = mpsc::unbounded_channel();
    (Arc::new(Asker(wanted)), codes)
}

#[derive(Debug)]
struct Asker(UnboundedSender<CodeWanted>);

#[async_trait]
impl Prompt for Asker {
    async fn mfa_code(&self, device: &str, problem: Option<&str>) -> Option<String> {
        let (answer, answered) = oneshot::channel();
        let wanted = CodeWanted {
            device: device.to_owned(),
            problem: problem.map(str::to_owned),
            answer,
        };
        self.0.send(wanted).ok()?;
        // Nobody is there to ask any more when the answer's other end is gone.
        answered.await.ok().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_signs_in_gets_the_code_or_learns_that_there_is_none() {
        let (asker, mut codes) = codes();
        let asking = tokio::spawn(async move {
            let code = asker
                .mfa_code("arn:aws:iam::1:mfa/ann", Some("wrong"))
                .await;
            (code, asker.mfa_code("arn:aws:iam::1:mfa/ann", None).await)
        });
        let wanted = codes.recv().await.expect("asked");
        assert_eq!(wanted.problem.as_deref(), Some("wrong"));
        wanted.answer.send(Some("123456".into())).expect("waits");
        drop(codes.recv().await.expect("asked again").answer);
        assert_eq!(asking.await.expect("ends"), (Some("123456".into()), None));
    }
}
