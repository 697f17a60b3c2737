"""The seven mornings: sample data, embedded one-stop API, mail catcher, diary."""
