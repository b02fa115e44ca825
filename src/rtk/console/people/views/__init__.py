"""The pages of people. Each asks the gate first; GET shows, POST does."""
