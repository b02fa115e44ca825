"""Everything a person reads of a run, drawn from one insight: terminal, HTML, Markdown, JUnit."""
