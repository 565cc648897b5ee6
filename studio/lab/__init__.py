"""The lab: takes of a user's side, run against settings instead of against hope."""
