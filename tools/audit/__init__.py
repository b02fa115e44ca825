"""What others wrote and we ship: its pins against advisories, its licences, and its bill of materials."""
