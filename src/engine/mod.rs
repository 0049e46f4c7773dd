//! From a wish to a change that is proven: intent, plan, approval, apply, verify, roll back.
